// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/log.ts
/** Secrets in all their forms, and text without them: longer ones go first, since one may hold another. */
var Mask = class {
	#secrets = /* @__PURE__ */ new Set();
	add(secret) {
		if (secret === "") return;
		for (const form of secretForms(secret)) this.#secrets.add(form);
	}
	/** `text` with every secret in it as `***`. */
	text(text) {
		return [...this.#secrets].sort((a, b) => b.length - a.length).reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
	}
};
const shortestForm = 6;
/**
* A secret as servers and tools echo it: as it is, and in the encodings that it may have gone through. Base64 at each of the three
* places where it can begin in what was encoded (`user:password`, for one). Forms of a few characters would eat whole texts and
* are left out.
*/
function secretForms(secret) {
	const bytes = Buffer.from(secret);
	const hex = bytes.toString("hex");
	const percent = encodeURIComponent(bytes.toString());
	const base64 = [
		0,
		1,
		2
	].map((offset) => base64At(bytes, offset));
	const encoded = [
		JSON.stringify(secret).slice(1, -1),
		percent,
		percent.replaceAll("%20", "+"),
		percent.replace(/%[0-9A-F]{2}/gu, (each) => each.toLowerCase()),
		new URLSearchParams([["", secret]]).toString().slice(1),
		bytes.toString("base64"),
		bytes.toString("base64url"),
		...base64,
		...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
		hex,
		hex.toUpperCase(),
		...xml.map((entities) => secret.replace(/[&<>"']/gu, (each) => entities[each] ?? each)),
		Array.from(secret).reverse().join("")
	];
	return [.../* @__PURE__ */ new Set([secret, ...encoded.filter((form) => form.length >= shortestForm)])];
}
/** The characters that these bytes alone decide, with so many others before them. */
function base64At(bytes, offset) {
	return Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64").slice(Math.ceil(offset * 8 / 6), Math.floor((offset + bytes.length) * 8 / 6));
}
const xml = [
	{
		"&": "&amp;",
		"<": "&lt;",
		">": "&gt;"
	},
	{
		"&": "&amp;",
		"<": "&lt;",
		">": "&gt;",
		"\"": "&quot;",
		"'": "&#39;"
	},
	{
		"&": "&amp;",
		"<": "&lt;",
		">": "&gt;",
		"\"": "&#34;",
		"'": "&#39;"
	}
];

export { secretForms as n, Mask as t };