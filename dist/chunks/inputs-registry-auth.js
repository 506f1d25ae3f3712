// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as __toESM } from "./rolldown-runtime.js";
import { t as CodedError } from "./errors.js";
import { d as unreadable } from "./inputs-kinds.js";
import { s as readHost } from "./inputs-readers.js";

// src/inputs/registry-auth.ts
const keys = [
	"registry",
	"username",
	"password"
];
/**
* The YAML list of `registry-auth`. Nothing of its text stands in an error, since it holds passwords: positions only.
* @throws E_INPUT
*/
async function parseRegistryAuth(text) {
	const items = await readYaml(text);
	if (!Array.isArray(items) || items.length === 0 || items.length > 100) throw unreadable("is not a YAML list of 1 to 100 items", "each item has registry, username and password");
	const found = items.map((item, index) => readItem(item, index + 1));
	const doubled = found.find(({ registry }, i) => found.findIndex((each) => each.registry === registry) < i);
	if (doubled !== void 0) throw unreadable(`names ${doubled.registry} twice`, "give one item for each registry");
	return found;
}
async function readYaml(text) {
	if (text.length > 65536) throw unreadable("is longer than 64 KiB");
	const { LineCounter, parseDocument } = await import("./dist.js").then((m) => /* @__PURE__ */ __toESM(m.default, 1));
	const lineCounter = new LineCounter();
	const document = parseDocument(text, {
		lineCounter,
		prettyErrors: false,
		schema: "failsafe",
		uniqueKeys: true
	});
	const [error] = document.errors;
	if (error !== void 0) {
		const { line, col } = lineCounter.linePos(error.pos[0]);
		throw unreadable(`is not YAML: ${error.code} at line ${line}, column ${col}`, "quote values that hold special characters");
	}
	try {
		return document.toJS({ maxAliasCount: 0 });
	} catch {
		throw unreadable("has a YAML alias in it", "write each value out");
	}
}
function readItem(item, number) {
	if (typeof item !== "object" || item === null || Array.isArray(item)) throw unreadable(`has an item ${number} that is not a map`, "each item has registry, username and password");
	const fields = new Map(Object.entries(item));
	const unknown = [...fields.keys()].filter((key) => !keys.some((known) => known === key));
	if (unknown.length > 0) throw unreadable(`has ${unknown.length} unknown key(s) in item ${number}`, `the keys are ${keys.join(", ")}`);
	const [registry, username, password] = keys.map((key) => {
		const value = fields.get(key);
		if (typeof value === "string" && value !== "") return value;
		throw unreadable(`has an item ${number} without ${key}`, "each item has registry, username and password");
	});
	return {
		registry: host(registry ?? "", number),
		username: username ?? "",
		password: password ?? ""
	};
}
function host(registry, number) {
	try {
		return readHost(registry);
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		throw unreadable(`has an item ${number} whose registry is not host or host:port`, error.hint);
	}
}

export { parseRegistryAuth };