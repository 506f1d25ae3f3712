// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/registry/give-back.ts
/** Leaves the chunk empty, its memory given back at once, unless that is not its own alone. Node 20 can't. */
function giveBack({ buffer, byteLength }) {
	if (byteLength !== buffer.byteLength || !("transfer" in buffer)) return;
	if (typeof buffer.transfer === "function") Reflect.apply(buffer.transfer, buffer, [0]);
}

export { giveBack as t };