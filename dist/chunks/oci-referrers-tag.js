// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as digestAlgorithm, r as digestHex } from "./oci-digest.js";

// src/oci/referrers-tag.ts
/**
* The tag that holds the list of a manifest's referrers where there is no API for it: `sha256-<64 hex digits>`.
* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
*/
function referrersTag(subject) {
	return `${digestAlgorithm(subject)}-${digestHex(subject).slice(0, 64)}`;
}
/** Whether this name may be a {@link referrersTag}. */
function isReferrersTag(name) {
	return /^sha(?:256|512)-[0-9a-f]{64}$/.test(name);
}

export { referrersTag as n, isReferrersTag as t };