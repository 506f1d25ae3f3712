// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as show } from "./errors.js";
import { n as parseFields } from "./oci-schema.js";
import { t as engineNames } from "./engines-engine.js";
import { a as isRunning, i as identify } from "./engines-tools.js";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";

// src/engines/ledger.ts
const kinds = [
	"container",
	"image",
	"builder"
];
const folderName = "ledger";
const ownerFile = "owner";
const maxEntries = 1e3;
const maxBytes = 16384;
const ourName = /^(?:localhost\/)?native-multiarch[a-z0-9_.:/-]*$/u;
/**
* What a leg has made or started, written into its scratch folder before it is there, and struck off when it is gone. Whoever comes
* after a leg that was killed (the post step, the next leg on this machine) finds here what is left to do.
*/
var Ledger = class {
	#folder;
	#ready;
	/** @param scratch the leg's own folder. */
	constructor(scratch) {
		this.#folder = join(scratch, folderName);
	}
	/** @returns what strikes it off again. */
	async note(entry) {
		this.#ready ??= this.#open();
		await this.#ready;
		const file = await this.#write(entry);
		return async () => {
			await rm(file, { force: true });
		};
	}
	/** Removes the ledger itself, where nothing is left in it. */
	async close() {
		this.#ready = void 0;
		if ((await readdir(this.#folder).catch(() => [])).every((name) => name === ownerFile)) await rm(this.#folder, {
			recursive: true,
			force: true
		});
	}
	async #open() {
		await mkdir(this.#folder, {
			recursive: true,
			mode: 448
		});
		const own = await identify(process.pid);
		if (own !== void 0) await writeFile(join(this.#folder, ownerFile), JSON.stringify(own));
	}
	async #write(entry) {
		const file = join(this.#folder, randomBytes(6).toString("hex"));
		await writeFile(file, JSON.stringify(entry), { mode: 384 });
		return file;
	}
};
/** @returns `undefined` where the leg wrote none. An entry that can't be read is left out: only what is certainly ours is touched. */
async function readLedger(scratch) {
	const folder = join(scratch, folderName);
	const names = await readdir(folder).catch(() => void 0);
	if (names === void 0) return void 0;
	const owner = await readEntry(join(folder, ownerFile), readProcess);
	const files = names.filter((name) => /^[0-9a-f]{12}$/u.test(name)).slice(0, maxEntries);
	const entries = await Promise.all(files.map(async (name) => readEntry(join(folder, name), toEntry)));
	return {
		ownerRuns: owner !== void 0 && await isRunning(owner),
		entries: entries.filter((entry) => entry !== void 0).toSorted((a, b) => Number(b.kind === "process") - Number(a.kind === "process"))
	};
}
async function readEntry(file, read) {
	try {
		const bytes = await readFile(file);
		if (bytes.length > maxBytes) return void 0;
		return read(parseFields(bytes, "a ledger entry", {
			code: "E_ENGINE",
			maxDepth: 5
		}));
	} catch {
		return;
	}
}
function readProcess(field) {
	return {
		pid: field.get("pid").integer({ min: 2 }),
		started: field.get("started").string({
			pattern: /^\d{1,20}$/u,
			is: "a number of clock ticks"
		})
	};
}
function toEntry(field) {
	const kind = field.get("kind").string();
	if (kind === "process") return {
		kind,
		process: readProcess(field.get("process"))
	};
	const known = kinds.find((one) => one === kind);
	const tool = engineNames.find((one) => one === field.get("tool").string());
	if (known === void 0 || tool === void 0) throw field.error("is of an unknown kind");
	return {
		kind: known,
		tool,
		name: field.get("name").string({
			maxLength: 200,
			pattern: ourName,
			is: "a name of ours"
		}),
		variables: field.get("variables").stringMap()
	};
}

// src/engines/output.ts
const escapes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
/** One line of an engine's output for the log: without colours, cleaned, and never taken for a command by the runner. */
function logLine(line) {
	return `| ${show(line.replace(escapes, ""), 2e3)}`.replaceAll("##[", "## [");
}
const unconsumed = /^\[Warning\] one or more build args were not consumed: \[([A-Z ]+)\]$/;
const automatic = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/;
/** What an engine says of arguments that it gave itself: nothing that anybody could mend. */
function isNoise(line) {
	return (unconsumed.exec(line.trim())?.[1])?.split(" ").every((name) => automatic.test(name)) === true;
}
/** What newer docker commands say before anything else when they use the classic builder. */
const advice = /^DEPRECATED: The legacy builder is deprecated|^ +(?:BuildKit is currently disabled|environment-variable\.|Install the buildx component|https:\/\/docs\.docker\.com\/go\/buildx)/;
/** What BuildKit's plain progress says of steps that went well. */
const progress = /^#\d+ (?:sha256:[0-9a-f]{64}|transferring .*|DONE [\d.]+s|CACHED)$/;
/** The lines of an output that say something, without colours. */
function tellingLines(output) {
	return output.replace(escapes, "").split(/\r?\n|\r/).map((line) => line.trimEnd()).filter((line) => line.trim() !== "" && !/^-+$/.test(line) && !advice.test(line) && !progress.test(line));
}
/** The last lines of an output in one, for an error: `first | second | third`. */
function lastLines(output, count = 4, max = 600) {
	const text = tellingLines(output).slice(-count).map((line) => line.trim()).join(" | ");
	return show(text.length > max ? `…${text.slice(-max)}` : text, max + 1);
}

export { Ledger as a, tellingLines as i, lastLines as n, readLedger as o, logLine as r, isNoise as t };