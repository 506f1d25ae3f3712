// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as show } from "./errors.js";

// src/report/text-table.ts
/** A table for a terminal: columns by two spaces, control characters of outside values shown, no white space at line ends. */
function textTable(head, rows) {
	const cells = [head, ...rows].map((row) => row.map((cell) => show(cell, 500)));
	const widths = head.map((_, column) => Math.max(...cells.map((row) => Array.from(row[column] ?? "").length)));
	return cells.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  ")).map((line) => `${line.trimEnd()}\n`).join("");
}
function padded(cell, width) {
	return cell + " ".repeat(Math.max(0, width - Array.from(cell).length));
}

export { textTable as t };