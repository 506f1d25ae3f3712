// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { r as targetsOf } from "./inputs-targets.js";
import { n as layoutRepository } from "./oci-layout-reference.js";

// src/commands/merge-target.ts
/** The folder that `output` names, where it names one. */
function outputLayout({ output }) {
	return output === void 0 || isFile(output) ? void 0 : layoutRepository(folderOf(output));
}
function isFile(output) {
	return output.endsWith(".json");
}
/** Written as a reference it is the same folder. */
function folderOf(output) {
	const folder = output.replace(/^oci:/, "");
	if (!/[:@\0]/.test(folder) && folder !== "") return folder;
	throw new CodedError("E_INPUT", `output is ${quote(output)}, which is no name of a folder`, {
		hint: "give a folder without a colon in its name; tags says under which names the list stands there",
		usage: true
	});
}
/** The images of the inputs in their registries; with `output`, a folder or a file instead. */
function placesOf(inputs) {
	const inRegistries = inputs.images === void 0 && inputs.output !== void 0 && inputs.tags.every(isBare) ? [] : targetsOf(inputs.images, inputs.tags);
	const layout = outputLayout(inputs);
	const tags = [...new Set(inputs.tags.map(({ tag }) => tag))];
	const targets = layout === void 0 ? inRegistries : [{
		image: layout,
		tags
	}];
	const published = inRegistries.length > 0 ? inRegistries : targets;
	const [first] = published;
	const file = inputs.output !== void 0 && layout === void 0 ? inputs.output : void 0;
	const home = first?.image ?? (file === void 0 ? void 0 : layoutRepository("."));
	if (home === void 0) throw new CodedError("E_INPUT", "images is not set, and merge needs it", { hint: "set images" });
	return {
		home,
		published,
		targets: file === void 0 ? targets : [],
		file
	};
}
function isBare({ repository }) {
	return repository === void 0;
}
/** All the tags of these targets. */
function tagsOf(targets, inputs) {
	const all = targets.flatMap(({ image, tags }) => tags.map((tag) => ({
		repository: image,
		tag,
		moving: inputs["moving-tags"].includes(tag)
	})));
	return [...new Map(all.map((target) => [`${target.repository.name}:${target.tag}`, target])).values()];
}

export { placesOf as n, tagsOf as r, outputLayout as t };