// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, t as CodedError } from "./errors.js";
import { t as groupBy } from "./group-by.js";
import { r as targetsOf } from "./inputs-targets.js";
import { t as isLayout } from "./oci-layout-reference.js";
import { t as formatReference } from "./oci-reference.js";
import { t as repositoryReader } from "./commands-repository-reader.js";

// src/commands/look.ts
/** What verify and inspect look at: `references`, else every image x tag. */
function lookedAt(inputs) {
	if (inputs.references !== void 0 && inputs.references.length > 0) return [...inputs.references];
	return targetsOf(inputs.images, inputs.tags).flatMap(({ image, tags }) => tags.map((tag) => ({
		repository: image,
		tag
	})));
}
/**
* Reads the manifest behind each reference, those that are the same together.
* @throws E_NOT_FOUND for a reference that leads to nothing
*/
async function readManifests(references, registry) {
	const read = await settleAll(references.map(async (reference) => {
		const ref = reference.digest ?? reference.tag ?? (isLayout(reference.repository) ? "" : "latest");
		const manifest = await repositoryReader(registry, reference.repository).manifest(ref);
		if (manifest !== void 0) return {
			reference,
			manifest
		};
		throw new CodedError("E_NOT_FOUND", `${formatReference(reference)} does not exist`, { hint: "see that it was published, and that these credentials may read it" });
	}));
	return [...groupBy(read, ({ manifest, reference }) => `${reference.repository.name}@${manifest.digest}`).values()].flatMap((group) => {
		const [first] = group;
		if (first === void 0) return [];
		const references = group.map(({ reference }) => reference);
		return [{
			repository: first.reference.repository,
			references,
			name: references.map(formatReference).join(", "),
			manifest: first.manifest
		}];
	});
}

export { readManifests as n, lookedAt as t };