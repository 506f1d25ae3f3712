// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { a as parseTag, r as parseReference, t as formatReference } from "./oci-reference.js";
import { n as formatPlatform, r as normalisePlatform } from "./platform-platform.js";
import { n as inputTable } from "./inputs-table.js";
import { n as YamlField, t as readYaml } from "./inputs-yaml.js";

// src/inputs/spec.ts
/** More than any spec has; what is longer is refused by the reader of YAML. In bytes. */
const maxSpecBytes = 262144;
/** What `platform` of an entry may have: Go's lower-cased names, and those of the image specification. */
const platformKeys = {
	architecture: "architecture",
	os: "os",
	variant: "variant",
	osversion: "osVersion",
	"os.version": "osVersion",
	osfeatures: "osFeatures",
	"os.features": "osFeatures",
	features: "features"
};
/**
* The inputs with what a YAML file of `manifest-tool push from-spec` says in them: images, tags, platforms, records and
* annotations. Given beside it, they have to say the same; `platforms` may also mark with `?` what may be missing, which is
* manifest-tool's --ignore-missing.
* https://github.com/estesp/manifest-tool#createpush
* @param read the text of the file
* @throws E_INPUT and what the parts are read with, about the file; E_INPUT where an input says something else
*/
async function withSpec(raw, read) {
	const path = raw.get("spec")?.at(-1)?.trim();
	if (path === void 0 || path === "") return raw;
	const spec = inFile(path, parseSpec, await read(path));
	const filled = new Map(raw);
	await fillImages(filled, raw, spec);
	await fillPlatforms(filled, raw, spec);
	if (raw.has("records")) throw contradiction("records", "is set, and the spec says where the images are");
	filled.set("records", spec.rows.map(({ image, platform }) => platform === void 0 ? image : `${formatPlatform(platform)}=${image}`));
	const lines = spec.annotations.map(([key, value]) => `index:${key}=${value}`);
	if (lines.length > 0) filled.set("annotations", [...lines, ...raw.get("annotations") ?? []]);
	return filled;
}
function inFile(path, parse, text) {
	try {
		return parse(text);
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		throw new CodedError(error.code, `spec ${quote(path)}: ${error.message}`, {
			...error.hint !== void 0 && { hint: error.hint },
			cause: error
		});
	}
}
function parseSpec(text) {
	const source = readYaml(text);
	const fields = known(new YamlField(source.root, "the spec", source), [
		"image",
		"tags",
		"manifests",
		"annotations"
	]);
	const target = fields.get("image");
	const manifests = fields.get("manifests")?.items() ?? [];
	if (target === void 0 || manifests.length === 0) throw new CodedError("E_INPUT", `it has no ${target === void 0 ? "image" : "manifests"}`, { hint: "a spec has image, and manifests with an image and a platform each" });
	const { repository, tag = "latest", digest } = parseReference(target.string());
	if (digest !== void 0) throw target.error("has a digest", "name the tag that is to be published");
	const more = fields.get("tags");
	const tags = more === void 0 || more.isNull ? [] : more.items().map((item) => parseTag(item.numberOrString()));
	const annotations = fields.get("annotations");
	return {
		image: repository.name,
		tags: [.../* @__PURE__ */ new Set([tag, ...tags])],
		rows: manifests.map(readRow),
		annotations: annotations === void 0 || annotations.isNull ? [] : readAnnotations(annotations)
	};
}
function readRow(item) {
	const fields = known(item, ["image", "platform"]);
	const image = fields.get("image");
	if (image === void 0) throw item.error("has no image", "give it one, like image: quay.io/acme/app:v1-s390x");
	const reference = parseReference(image.string());
	const isNamed = reference.tag !== void 0 || reference.digest !== void 0;
	const named = formatReference(isNamed ? reference : {
		...reference,
		tag: "latest"
	});
	const platform = fields.get("platform");
	if (platform === void 0 || platform.isNull) return {
		image: named,
		platform: void 0,
		osFeatures: [],
		features: []
	};
	return {
		image: named,
		...readPlatform(platform)
	};
}
function readPlatform(field) {
	const said = {};
	for (const [key, value] of known(field, Object.keys(platformKeys))) {
		const name = platformKeys[key];
		if (value.isNull || name === void 0) continue;
		if (name === "osFeatures" || name === "features") said[name] = value.strings();
		else said[name] = value.numberOrString();
	}
	const { os, architecture, osFeatures = [], features = [], ...rest } = said;
	if (os === void 0 && architecture === void 0) return {
		platform: void 0,
		osFeatures,
		features
	};
	if (os === void 0 || architecture === void 0) throw field.error(`has no ${os === void 0 ? "os" : "architecture"}`, "give both, or neither");
	return {
		platform: normalisePlatform({
			os,
			architecture,
			...rest
		}),
		osFeatures,
		features
	};
}
function readAnnotations(field) {
	return Object.entries(field.stringMap()).map(([key, value]) => {
		if (!/[\r\n]/.test(key + value) && !key.includes("=")) return [key, value];
		throw field.error(`has ${quote(key)}, with a line break, or an = in its name`, "take it out");
	});
}
/** @throws E_INPUT for a key that means nothing: manifest-tool would drop it without a word. */
function known(field, keys) {
	const entries = field.uniqueEntries();
	for (const { key, keyField } of entries) if (!keys.includes(key)) throw keyField.error(`is ${quote(key)}`, `it can be ${keys.join(", ")}`);
	return new Map(entries.map(({ key, value }) => [key, value]));
}
async function fillImages(filled, raw, spec) {
	const given = (name) => inputTable[name].kind.parse(raw.get(name) ?? []);
	if (raw.has("tags") || raw.has("images")) {
		const images = raw.has("images") ? await given("images") : void 0;
		const tags = raw.has("tags") ? await given("tags") : [];
		const names = [...images ?? [], ...tags.flatMap(({ repository }) => repository ?? [])];
		if (names.some(({ name }) => name !== spec.image)) throw contradiction("images", `names ${names.map(({ name }) => name).join(", ")}, and the spec ${spec.image}`);
		const said = tags.map(({ tag }) => tag);
		if (raw.has("tags") && !sameSet(said, spec.tags)) throw contradiction("tags", `is ${said.join(", ")}, and the spec says ${spec.tags.join(", ")}`);
	}
	filled.set("images", [spec.image]);
	filled.set("tags", spec.tags);
}
async function fillPlatforms(filled, raw, { rows }) {
	const said = rows.flatMap(({ platform }) => platform === void 0 ? [] : [formatPlatform(platform)]);
	const whole = said.length === rows.length;
	if (raw.has("platforms")) {
		const names = (await inputTable.platforms.kind.parse(raw.get("platforms") ?? [])).map(({ platform }) => formatPlatform(platform));
		if (whole ? !sameSet(names, said) : !said.every((name) => names.includes(name))) throw contradiction("platforms", `is ${names.join(", ")}, and the spec says ${said.join(", ")}`);
		return;
	}
	if (!whole) throw new CodedError("E_INPUT", "the spec does not say the platform of each of its images", { hint: "add it there, or set platforms" });
	const table = rows.map(({ platform, osFeatures, features }) => ({
		platform: platform === void 0 ? "" : formatPlatform(platform),
		...platform?.osVersion !== void 0 && { "os-version": platform.osVersion },
		...osFeatures.length > 0 && { "os-features": osFeatures },
		...features.length > 0 && { features }
	}));
	const different = [...new Map(table.map((row) => [JSON.stringify(row), row])).values()];
	filled.set("platforms", [JSON.stringify(different)]);
}
function sameSet(a, b) {
	return a.every((each) => b.includes(each)) && b.every((each) => a.includes(each));
}
function contradiction(name, how) {
	return new CodedError("E_INPUT", `${name} ${how}`, {
		hint: `leave ${name} out, or change the spec`,
		usage: true
	});
}

export { maxSpecBytes, withSpec };