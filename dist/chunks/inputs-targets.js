// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { d as unreadable } from "./inputs-kinds.js";

// src/inputs/targets.ts
/**
* Images x tags. A bare tag is for every image; a full reference is for its own repository, which need not be in `images`. The first
* target is the one that legs push to.
* @throws E_INPUT when nothing names an image, or an image would get no tag although some are given.
*/
function targetsOf(images, tags) {
	const named = tags.flatMap((item) => item.repository ?? []);
	const repositories = new Map([...images ?? [], ...named].map((image) => [image.name, image]));
	if (repositories.size === 0) throw unreadable("images is not set", "name the repository (quay.io/acme/app), or give whole references in tags");
	return [...repositories.values()].map((image) => {
		const own = tags.filter((item) => item.repository === void 0 || item.repository.name === image.name);
		if (own.length === 0 && tags.length > 0) throw unreadable(`images names ${image.name}, for which there is no tag in tags`, "add a tag for it, use bare tags, or take it out of images");
		return {
			image,
			tags: [...new Set(own.map((item) => item.tag))]
		};
	});
}
/** The {@link targetsOf} that a leg pushes to: the first, or all where `push-to` says so. @throws as {@link targetsOf} does */
function legTargets(inputs) {
	return targetsOf(inputs.images, inputs.tags).slice(0, inputs["push-to"] === "all" ? void 0 : 1);
}
/** `{tag}` of `arch-tag`: the first of `tags`. */
function firstTag(tags) {
	return tags[0]?.tag;
}

export { legTargets as n, targetsOf as r, firstTag as t };