// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { b as isWanted } from "./report-format.js";

// src/verify/candidates.ts
/** How podman marks the twin of an image that is packed with zstd. */
const zstdTwin = "io.github.containers.compression.zstd";
/**
* The images of a source that count.
* `all`: each, under its own platform. `pick`: the one that is asked for; when the source holds no other, that one, so that
* a wrong label is told as such. `leg`: each, since a leg's index holds one platform and anything else in it is to be seen.
*/
function candidates(claim, source) {
	const { origin, claimed } = claim;
	const own = (image) => ({
		platform: image.platform,
		digest: image.descriptor.digest,
		origin,
		image,
		claimed: void 0,
		...image.descriptor.annotations?.[zstdTwin] === "true" && { compression: "zstd" }
	});
	if (claimed === void 0) return source.images.map(own);
	const asClaimed = (image) => ({
		...own(image),
		platform: versioned(claimed, image.platform),
		claimed
	});
	if (source.images.length === 1) return source.images.map(asClaimed);
	const matches = (image) => isWanted(claimed, image.platform);
	if (claim.index === "pick") return source.images.filter(matches).map(asClaimed);
	return source.images.map((image) => matches(image) ? asClaimed(image) : own(image));
}
/** Of Windows there is an image for each version of the system: where a claim leaves that open, the config tells them apart. */
function versioned(claimed, { os, osVersion }) {
	return claimed.os === os && claimed.osVersion === void 0 && osVersion !== void 0 ? {
		...claimed,
		osVersion
	} : claimed;
}
/** The same image twice under one platform counts once: the first is kept. */
function withoutRepeats(found) {
	return found.filter((candidate, index) => found.findIndex((other) => other.digest === candidate.digest && isWanted(other.platform, candidate.platform)) === index);
}
/** In the order of the platforms that were asked for, which is the order in which clients look. */
function inOrderOf(wanted, found) {
	const rank = (candidate) => {
		const index = wanted.findIndex((platform) => isWanted(platform, candidate.platform));
		return index < 0 ? wanted.length : index;
	};
	return [...found].sort((a, b) => rank(a) - rank(b));
}

export { inOrderOf as n, withoutRepeats as r, candidates as t };