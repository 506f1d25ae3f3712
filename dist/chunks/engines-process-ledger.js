// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as parseFields } from "./oci-schema.js";
import { t as engineNames } from "./engines-engine.js";
import { n as identify, o as pidNamespace, r as isRunning } from "./engines-process-process-tree.js";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";

// src/engines/process/ledger.ts
const kinds = [
	"container",
	"image",
	"builder"
];
const reference = /^[A-Za-z0-9][A-Za-z0-9_.:/[\]-]*$/u;
/** A path with nothing in it that would lead elsewhere. */
const plainPath = /^(?!.*\/\.\.?(?:\/|$))\/[^\0]+$/u;
const buildxPath = /^(?!.*\/\.\.?\/)\/(?:[^\0]+\/)?(?:buildx|docker-buildx|docker)$/u;
const folderName = "ledger";
const ownerFile = "owner";
const maxEntries = 1e3;
const maxBytes = 16384;
const ourName = /^(?:localhost\/)?native-multiarch[a-z0-9_.:/-]*$/u;
/**
* Says whose folder it is, so that the next leg can tell that of a killed one from that of one at work.
* @param scratch the leg's own folder. @returns whether nobody had said so before
*/
async function claim(scratch) {
	const folder = join(scratch, folderName);
	if (await mkdir(folder, {
		recursive: true,
		mode: 448
	}) === void 0) return false;
	const [own, namespace] = await Promise.all([identify(process.pid), pidNamespace()]);
	if (own !== void 0) await writeFile(join(folder, ownerFile), JSON.stringify({
		...own,
		namespace
	}));
	return true;
}
/**
* What a leg has made or started, written into its scratch folder before it is there, and struck off when it is gone. Whoever comes
* after a leg that was killed (the post step, the next leg on this machine) finds here what is left to do.
*/
var Ledger = class {
	#scratch;
	#folder;
	/** Whether it was us who {@link claim}ed the folder. */
	#ready;
	/** @param scratch the leg's own folder. */
	constructor(scratch) {
		this.#scratch = scratch;
		this.#folder = join(scratch, folderName);
	}
	/** @returns what strikes it off again. */
	async note(entry) {
		this.#ready ??= claim(this.#scratch);
		await this.#ready;
		const file = await this.#write(entry);
		return async () => {
			await rm(file, { force: true });
		};
	}
	/** Removes the ledger itself, where it is ours and nothing is left in it. */
	async close() {
		if (await this.#ready !== true) return;
		this.#ready = void 0;
		if ((await readdir(this.#folder).catch(() => [])).every((name) => name === ownerFile)) await rm(this.#folder, {
			recursive: true,
			force: true
		});
	}
	async #write(entry) {
		const file = join(this.#folder, randomBytes(6).toString("hex"));
		await writeFile(file, JSON.stringify(entry), { mode: 384 });
		return file;
	}
};
const rank = {
	process: 0,
	building: 1,
	lent: 1,
	container: 1,
	image: 2,
	builder: 3
};
/** @returns `undefined` where the leg wrote none. An entry that can't be read is left out: only what is certainly ours is touched. */
async function readLedger(scratch) {
	const folder = join(scratch, folderName);
	const names = await readdir(folder).catch(() => void 0);
	if (names === void 0) return void 0;
	const owner = await readEntry(join(folder, ownerFile), readOwner);
	const files = names.filter((name) => /^[0-9a-f]{12}$/u.test(name)).slice(0, maxEntries);
	const entries = await Promise.all(files.map(async (name) => readEntry(join(folder, name), toEntry)));
	return {
		ownerRuns: await mayRun(owner),
		entries: entries.filter((entry) => entry !== void 0).toSorted((a, b) => rank[a.kind] - rank[b.kind])
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
async function mayRun(leg) {
	if (await identify(process.pid) === void 0) return true;
	if (leg === void 0) return false;
	const { namespace, ...owner } = leg;
	return namespace !== void 0 && namespace !== await pidNamespace() || isRunning(owner);
}
function readOwner(field) {
	const namespace = field.get("namespace").optional((name) => name.string({ maxLength: 100 }));
	return {
		...readProcess(field, 1),
		...namespace !== void 0 && { namespace }
	};
}
function readProcess(field, min = 2) {
	return {
		pid: field.get("pid").integer({ min }),
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
	const tool = engineNames.find((one) => one === field.get("tool").string());
	if (tool === void 0) throw field.error("is of an unknown tool");
	if (kind === "lent") return lent(field, tool);
	const made = {
		tool,
		name: field.get("name").string({
			maxLength: 200,
			pattern: ourName,
			is: "a name of ours"
		}),
		variables: field.get("variables").stringMap()
	};
	if (kind === "building") {
		const storage = field.get("storage").string({
			maxLength: 4096,
			pattern: plainPath,
			is: "a path"
		});
		return {
			kind,
			...made,
			storage
		};
	}
	const known = kinds.find((one) => one === kind);
	if (known === void 0) throw field.error("is of an unknown kind");
	const command = field.get("command").optional(toolCommand);
	return {
		kind: known,
		...made,
		...command !== void 0 && { command }
	};
}
function toolCommand(field) {
	const [path, ...prefix] = field.items(2);
	if (path === void 0) throw field.error("is empty");
	return [path.string({
		maxLength: 4096,
		pattern: buildxPath,
		is: "a path of buildx or docker"
	}), ...prefix.map((word) => word.string({
		pattern: /^buildx$/u,
		is: "a subcommand of docker"
	}))];
}
function lent(field, tool) {
	const id = (key) => key.string({
		pattern: /^sha256:[0-9a-f]{64}$/u,
		is: "an image's id"
	});
	const before = field.get("before").optional(id);
	return {
		kind: "lent",
		tool,
		name: field.get("name").string({
			maxLength: 500,
			pattern: reference,
			is: "a reference"
		}),
		image: id(field.get("image")),
		...before !== void 0 && { before },
		variables: field.get("variables").stringMap()
	};
}

export { claim as n, readLedger as r, Ledger as t };