// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, r as joinErrors } from "./errors.js";
import { a as judgeContent, i as readContent, n as wordOf, r as LayerStore, t as judgeWord } from "./verify-content-word.js";

// src/verify/content/globs.ts
/**
* Files that any of these globs names: `*` within a name, `**` for any number of folders, `?` one character. A leading slash does not
* matter, since every path is from the image's root.
*/
function filesMatching(globs) {
	const patterns = globs.map((glob) => glob.replace(/^\/+/, "").split("/"));
	if (patterns.length === 0) return () => false;
	return (path) => {
		const names = path.split("/");
		return patterns.some((pattern) => matches(pattern, names, "**", matchesName));
	};
}
/**
* Whether `items` are what `pattern` says, where `wild` stands for any number of them. Goes back to the last `wild` only, so a hostile path
* costs the product of both lengths, where a regular expression could take years.
*/
function matches(pattern, items, wild, isOne) {
	let [at, item] = [0, 0];
	let [wildAt, wildItem] = [-1, 0];
	while (item < items.length) {
		const part = pattern[at];
		if (part === wild) {
			[wildAt, wildItem] = [at, item];
			at += 1;
		} else if (part !== void 0 && isOne(part, items[item] ?? "")) {
			at += 1;
			item += 1;
		} else if (wildAt >= 0) {
			wildItem += 1;
			[at, item] = [wildAt + 1, wildItem];
		} else return false;
	}
	while (pattern[at] === wild) at += 1;
	return at === pattern.length;
}
function matchesName(pattern, name) {
	return matches(pattern, name, "*", (part, letter) => part === "?" || part === letter);
}

// src/commands/content-check.ts
/**
* Checks that the programs in each image are of its platform's machine; layers that images share are read once.
* @returns for each image's digest what was found, and by whom
* @throws E_CONTENT_MISMATCH, E_LAYER: everything that is wrong, at once
*/
async function checkContents(images, { check, allowForeign, open, by, log }) {
	if (check === "config") return /* @__PURE__ */ new Map();
	const holder = new Map(images.flatMap(({ image }) => image.manifest.layers.map((layer) => [layer.digest, image.descriptor])));
	const store = new LayerStore((layer) => open(layer, holder.get(layer.digest) ?? layer));
	const allowed = filesMatching(allowForeign);
	const judged = await settleAll(images.map(async ({ image, platform, origin, word }) => {
		const trusted = check === "content" ? word : void 0;
		const verdict = trusted === void 0 ? judgeContent(platform, await readContent(image, store, allowed), origin) : judgeWord(platform, trusted, origin);
		return {
			digest: image.descriptor.digest,
			verdict,
			by: trusted === void 0 ? by : "leg"
		};
	}));
	tell(judged.map(({ verdict }) => verdict), log);
	return new Map(judged.map(({ digest, verdict, by: whose }) => [digest, {
		check: "content",
		found: verdict.found,
		by: whose
	}]));
}
/**
* Reads the layers of one image and says what is in them: a leg's word.
* @throws E_CONTENT_MISMATCH, E_LAYER
*/
async function contentWord({ image, platform, origin }, { allowForeign, open, log }) {
	const content = await readContent(image, new LayerStore(open), filesMatching(allowForeign));
	tell([judgeContent(platform, content, origin)], log);
	return wordOf(content);
}
function tell(verdicts, log) {
	const errors = verdicts.flatMap((verdict) => verdict.errors);
	if (errors.length > 0) throw joinErrors(errors);
	for (const warning of verdicts.flatMap((verdict) => verdict.warnings)) log.warning(warning);
}

export { contentWord as n, checkContents as t };