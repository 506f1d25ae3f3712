// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { r as shortDigest, t as formatBytes } from "./report-format.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { t as textTable } from "./report-text-table.js";

// src/report/platforms.ts
/** That so many attestations of an image are in the list; nothing for none. */
function attestationsCheck(count, by) {
	return count === 0 ? [] : [{
		check: "attestations",
		found: String(count),
		by
	}];
}
/** The row as JSON. Every field stands in every row; null says that it is not known, as without a record. */
function platformJson(row) {
	const { platform, digest, size = null, mode = null, engine = null, runner = null, checks } = row;
	return {
		platform,
		digest,
		size,
		mode,
		engine,
		runner,
		checks: checks.map((check) => ({ ...check }))
	};
}
const columns = [
	{
		title: "Platform",
		value: (row) => row.platform,
		code: true
	},
	{
		title: "Digest",
		value: (row) => shortDigest(row.digest),
		code: true
	},
	{
		title: "Size",
		value: ({ size }) => size === void 0 ? void 0 : formatBytes(size)
	},
	{
		title: "Mode",
		value: (row) => row.mode
	},
	{
		title: "Engine",
		value: (row) => row.engine
	},
	{
		title: "Runner",
		value: (row) => row.runner
	},
	{
		title: "Checks",
		value: checks
	}
];
const unknown = "-";
/** The table of a merge or a verification, for a step summary. A column of which nothing is known is left out. */
function platformsMarkdown(rows) {
	const shown = knownColumns(rows);
	return markdownTable(shown.map((column) => column.title), rows.map((row) => shown.map((column) => (column.code ? code : escapeMarkdown)(column.value(row) ?? unknown))));
}
/** The same for a terminal. */
function platformsText(rows) {
	const shown = knownColumns(rows);
	return textTable(shown.map((column) => column.title.toUpperCase()), rows.map((row) => shown.map((column) => column.value(row) ?? unknown)));
}
function knownColumns(rows) {
	return columns.filter((column) => rows.some((row) => column.value(row) !== void 0));
}
/** `config linux/s390x (merge), content s390x (leg)` */
function checks(row) {
	const told = row.checks.map(({ check, found, by }) => `${check} ${found} (${by})`);
	return told.length === 0 ? void 0 : told.join(", ");
}

export { platformsText as i, platformJson as n, platformsMarkdown as r, attestationsCheck as t };