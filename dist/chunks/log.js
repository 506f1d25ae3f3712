// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/log.ts
/** Secrets, and text without them: longer ones go first, since one may hold another. */
var Mask = class {
	#secrets = /* @__PURE__ */ new Set();
	add(secret) {
		if (secret !== "") this.#secrets.add(secret);
	}
	/** `text` with every secret in it as `***`. */
	text(text) {
		return [...this.#secrets].sort((a, b) => b.length - a.length).reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
	}
};

export { Mask as t };