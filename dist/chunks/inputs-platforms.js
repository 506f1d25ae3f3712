// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as require_dist } from "./yaml.js";
import { i as quote, o as show } from "./errors.js";
import { a as noPlatform, c as plainRow, d as rowModes, i as isYaml, l as rowEngines, n as checkedRows, o as parsePlatformList, r as draft, s as placed, t as attempt, u as rowFallbacks } from "./inputs-platform-list.js";
import { n as YamlField, t as readYaml } from "./inputs-yaml.js";

// src/inputs/platform-row.ts
var import_dist = require_dist();
/** Five days, which is all that GitHub gives a job. https://docs.github.com/en/actions/reference/limits */
const maxTimeoutMinutes = 7200;
const word = /^[!-~]{1,128}$/;
/** Names that the matrix row gives a meaning of its own. */
const taken = /* @__PURE__ */ new Map([
	["arch", "it follows from the platform"],
	["name", "it follows from the platform and the mode"],
	["platform", "it stands before the row"],
	["timeout-minutes", "write timeout: 90m"]
]);
/** Every key that means something in a row, and what it does to it. */
const readers = /* @__PURE__ */ new Map([
	["runs-on", (row, value) => void (row.runsOn = readRunsOn(value))],
	["required", (row, value) => void (row.required = readRequired(row, value))],
	["fallback", (row, value) => void (row.fallback = value.oneOf(rowFallbacks))],
	["engine", (row, value) => void (row.engine = value.oneOf(rowEngines))],
	["mode", (row, value) => void (row.mode = value.oneOf(rowModes))],
	["timeout", (row, value) => void (row.timeoutMinutes = readTimeout(value))],
	["smoke-test", (row, value) => void (row.smokeTest = value.string())],
	["os-version", (row, value) => void (row.entry.osVersion = readWord(value))],
	["os-features", (row, value) => void (row.entry.osFeatures = readWords(value))],
	["features", (row, value) => void (row.entry.features = readWords(value))],
	["annotations", (row, value) => void (row.entry.annotations = value.stringMap())],
	["override", (row, value) => void (row.entry.override = value.boolean())]
]);
/**
* The row of a platform: nothing, a runner's label, a list of labels, or a map.
* @param optional whether the platform was written with a `?`.
* @param errors takes whatever is wrong; what could be read is returned all the same.
*/
function readRow(platform, optional, value, errors) {
	const row = draft(platform, !optional);
	if (value.isNull) return row;
	if ((0, import_dist.isMap)(value.node)) attempt(errors, () => {
		readEntries(row, value.uniqueEntries(), errors);
	});
	else attempt(errors, () => void (row.runsOn = readRunsOn(value)));
	return row;
}
/** The row of a platform from the keys of its map. */
function readRowEntries(platform, optional, entries, errors) {
	const row = draft(platform, !optional);
	readEntries(row, entries, errors);
	return row;
}
function readEntries(row, entries, errors) {
	for (const entry of entries) attempt(errors, () => {
		readEntry(row, entry);
	});
}
function readEntry(row, { key, keyField, value }) {
	const read = readers.get(key);
	if (read !== void 0) {
		read(row, value);
		return;
	}
	const why = taken.get(key);
	if (why !== void 0) throw keyField.error(`is ${key}, which the matrix row has anyway`, why);
	row.extra[key] = value.json();
}
function readRequired(row, value) {
	const required = value.boolean();
	if (required && !row.required) throw value.error("is true, and the platform is marked with \"?\"", "drop one of the two");
	return required;
}
/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idruns-on */
function readRunsOn(value) {
	if (!(0, import_dist.isMap)(value.node)) return readLabels(value);
	const runsOn = {};
	for (const entry of value.uniqueEntries()) if (entry.key === "group") runsOn.group = entry.value.string();
	else if (entry.key === "labels") runsOn.labels = readLabels(entry.value);
	else throw entry.keyField.error(`is ${quote(entry.key)}`, "it can be group and labels");
	if (Object.keys(runsOn).length === 0) throw value.error("is an empty map", "give it a group, labels or both");
	return runsOn;
}
function readLabels(value) {
	if (!(0, import_dist.isSeq)(value.node)) return value.string();
	const labels = value.strings();
	if (labels.length === 0) throw value.error("is an empty list", "give a label, such as ubuntu-24.04");
	return labels;
}
/** `90m`, `2h`, `1h30m`, or a number of minutes. */
function readTimeout(value) {
	const text = value.numberOrString();
	const parts = /^(?:(\d{1,4})h)?(?:(\d{1,5})m?)?$/.exec(text);
	const hint = `write 90m, 2h, 1h30m or a number of minutes, from 1 to ${maxTimeoutMinutes}`;
	if (parts === null) throw value.error(`is ${quote(text)}, which is not a time`, hint);
	const minutes = Number(parts[1] ?? 0) * 60 + Number(parts[2] ?? 0);
	if (minutes >= 1 && minutes <= 7200) return minutes;
	throw value.error(`is ${minutes} minutes`, hint);
}
function readWord(value) {
	const text = value.string();
	if (word.test(text)) return text;
	throw value.error("is not one word of visible ASCII", "write letters, digits and signs without spaces");
}
function readWords(value) {
	const trimmed = value.strings().flatMap((text) => text.split(",")).map((each) => each.trim()).filter((each) => each !== "");
	if (trimmed.every((each) => word.test(each))) return trimmed;
	throw value.error("has an item that is not one word of visible ASCII", "write letters, digits and signs without spaces");
}

// src/inputs/platforms.ts
/**
* The table of platforms, in any of its forms: a list at commas and newlines, where `?` marks what may be missing and `#`
* starts a comment; a YAML or JSON list of platforms and rows; a YAML or JSON map from platforms to labels or rows.
* Everything that is wrong is told at once, with line and column.
* @throws E_PLATFORM for what is no platform and where there is none, E_PLATFORM_DUPLICATE for two that are equal once
* normalised, E_INPUT for the rest.
*/
function parsePlatforms(given) {
	if (!isYaml(given)) return parsePlatformList(given);
	const text = given.replace(/^\ufeff/, "");
	const errors = [];
	return checkedRows(readYamlRows(text, errors), errors);
}
function readYamlRows(text, errors) {
	const source = readYaml(text);
	const root = new YamlField(source.root, "the table", source);
	if (root.isNull) throw noPlatform();
	if ((0, import_dist.isMap)(root.node)) return readMap(root, errors);
	if (!(0, import_dist.isSeq)(root.node)) throw root.error("is neither a list nor a map", "write linux/amd64, linux/arm64, for example");
	return root.items().flatMap((item) => readItem(item, errors));
}
function readMap(map, errors) {
	return map.entries().flatMap(({ key, keyField, value }) => collect(errors, () => placed(key, keyField.place, (platform, optional) => readRow(platform, optional, value.named(show(key)), errors))));
}
/** A platform's name, a map from one to its row, or a row that names its `platform`. */
function readItem(item, errors) {
	if ((0, import_dist.isScalar)(item.node) && !item.isNull) return collect(errors, () => placed(item.string().trim(), item.place, plainRow));
	if (!(0, import_dist.isMap)(item.node)) {
		errors.push(item.error("is neither a platform nor a row", "write linux/amd64, or platform: linux/amd64 and more"));
		return [];
	}
	if (!item.entries().some(({ key }) => key === "platform")) return readMap(item, errors);
	return collect(errors, () => {
		const entries = item.uniqueEntries();
		const { value } = entries.find(({ key }) => key === "platform") ?? { value: item };
		const others = entries.filter(({ key }) => key !== "platform");
		return placed(value.string().trim(), value.place, (platform, optional) => readRowEntries(platform, optional, others, errors));
	});
}
/** What `read` returns, in a list; nothing, and its error with the others, where it throws. */
function collect(errors, read) {
	const found = [];
	attempt(errors, () => void found.push(read()));
	return found;
}

export { parsePlatforms };