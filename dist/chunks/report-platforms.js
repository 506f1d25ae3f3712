// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { r as shortDigest, t as formatBytes } from "./report-format.js";
import { c as isWanted } from "./commands-content-check.js";
import { t as textTable } from "./report-text-table.js";

// src/verify/candidates.ts
/**
* The images of a source that count.
* `all`: each, under its own platform. `pick`: the one that is asked for; when the source holds no other, that one, so that
* a wrong label is told as such. `leg`: each, since a leg's index holds one platform and anything else in it is to be seen.
*/
function candidates(claim, source) {
	const { origin, claimed } = claim;
	const own = (image) => ({
		platform: image.platform,
		digest: image.descriptor.digest,
		origin,
		image,
		claimed: void 0
	});
	if (claimed === void 0) return source.images.map(own);
	const asClaimed = (image) => ({
		...own(image),
		platform: claimed,
		claimed
	});
	if (source.images.length === 1) return source.images.map(asClaimed);
	const matches = (image) => isWanted(claimed, image.platform);
	if (claim.index === "pick") return source.images.filter(matches).map(asClaimed);
	return source.images.map((image) => matches(image) ? asClaimed(image) : own(image));
}
/** The same image twice under one platform counts once: the first is kept. */
function withoutRepeats(found) {
	return found.filter((candidate, index) => found.findIndex((other) => other.digest === candidate.digest && isWanted(other.platform, candidate.platform)) === index);
}
/** In the order of the platforms that were asked for, which is the order in which clients look. */
function inOrderOf(wanted, found) {
	const rank = (candidate) => {
		const index = wanted.findIndex((platform) => isWanted(platform, candidate.platform));
		return index < 0 ? wanted.length : index;
	};
	return [...found].sort((a, b) => rank(a) - rank(b));
}

// src/report/platforms.ts
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

export { inOrderOf as a, candidates as i, platformsMarkdown as n, withoutRepeats as o, platformsText as r, platformJson as t };