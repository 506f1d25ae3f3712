// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as show } from "./errors.js";

// src/report/markdown.ts
/** What GitHub's Markdown gives a meaning to, in a table cell too: markup, HTML, mentions, issue numbers and formulas. */
const special = /[&<>|`*~[\](){}#@!\\$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=\/\/)|(?<=www)\./giu;
/** Text from outside as plain words of a step summary: on one line, at most `max` characters, never markup, HTML or a mention. */
function escapeMarkdown(text, max = 500) {
	return show(text, max).replace(special, (character) => `&#${character.charCodeAt(0)};`);
}
/** The same in a fixed-width font. */
function code(text) {
	return /^[\w./:@+=-]{1,200}$/u.test(text) ? `\`${text}\`` : `<code>${escapeMarkdown(text)}</code>`;
}
/** A table of GitHub's Markdown. Cells are Markdown already: see {@link escapeMarkdown} and {@link code}. */
function markdownTable(head, rows) {
	const line = (cells) => `| ${cells.join(" | ")} |\n`;
	return [
		line(head),
		line(head.map(() => "---")),
		...rows.map(line)
	].join("");
}

export { escapeMarkdown as n, markdownTable as r, code as t };