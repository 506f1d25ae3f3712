// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { c as packingOf, l as changeOf, n as defaultCaps, o as TarWalker, s as inflate } from "./verify-content-read-layer.js";

// src/verify/content/folders.ts
/**
* The paths of a layer: folders, links, what it takes away, and files. Nothing is unpacked.
* @param name for messages
* @param blob the compressed bytes; who gives them checks their digest and size
* @param see gets names from the root, in the order of the archive
* @throws E_LAYER for bytes that are no layer, or over a cap
*/
async function layerPaths(name, blob, see) {
	const walker = new TarWalker(name, defaultCaps, (entry, owner) => {
		const found = changeOf(entry);
		if (found === void 0) return;
		const [parts, { kind }] = found;
		if (kind === "directory") see(parts, {
			kind: "folder",
			...owner
		});
		else if (kind === "symlink") see(parts, {
			kind: "link",
			target: entry.target
		});
		else see(parts, { kind: kind === "removed" || kind === "emptied" ? kind : "file" });
	});
	const source = blob[Symbol.asyncIterator]();
	try {
		const first = await source.next();
		if (first.done === true) return;
		const rest = { [Symbol.asyncIterator]: () => source };
		await inflate(packingOf(first.value), joined(first.value, rest), (bytes) => {
			walker.write(bytes);
		});
		walker.end();
	} finally {
		await source.return?.();
	}
}
async function* joined(first, rest) {
	yield first;
	yield* rest;
}

export { layerPaths };