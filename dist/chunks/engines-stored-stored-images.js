// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, i as quote, n as errorLine, o as show, r as joinErrors, s as toCodedError, t as CodedError } from "./errors.js";
import { r as architectureOfUname } from "./platform-architectures.js";
import { l as samePlatform, n as formatPlatform, r as normalisePlatform } from "./platform-platform.js";
import { i as digestOf } from "./oci-digest.js";
import { r as parseReference, t as formatReference } from "./oci-reference.js";
import { i as parseStrictJson, n as parseFields, r as withoutUndefined } from "./oci-schema.js";
import { a as mediaTypes, o as readDescriptor } from "./oci-media-types.js";
import { i as parseManifest, n as isAttestation, r as maxManifestBytes } from "./oci-manifest.js";
import { t as parseImageConfig } from "./oci-config.js";
import { C as probeProgram, S as lookUpEmulation, _ as qemuName, a as healthCheck, b as isOn, c as waitForService, f as decideMode, g as modesToTry, h as emulationWarning, i as runtimeTrouble, l as checkEmulation, m as emulationCure, n as smokeTestFailure, p as describeMode, r as classify, s as urlCheck, t as smokeTestArguments, u as crossFailure, v as relation, x as isUsable, y as binfmtFolder } from "./engines-smoke-smoke.js";
import { n as lastLines, r as logLine, t as isNoise } from "./engines-process-output.js";
import { n as isAtLeast, r as unsupportedOptions, t as askedOptions } from "./engines-support.js";
import { a as childEnvironment, i as spawnExec, n as findTools, o as leadingVariables, s as shownVariables, t as findTool } from "./engines-process-tools.js";
import { n as identify } from "./engines-process-process-tree.js";
import { t as Ledger } from "./engines-process-ledger.js";
import { t as isLoopback } from "./engines-registries.js";
import { n as markedBuild, o as pushByName } from "./engines-containers-working-containers.js";
import { lstat, mkdir, mkdtemp, open, readFile, readdir, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { machine } from "node:os";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { randomBytes } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { closeSync, constants, createReadStream, createWriteStream, openSync } from "node:fs";
import { pipeline as pipeline$1 } from "node:stream/promises";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { Socket } from "node:net";

// src/engines/process/heartbeat.ts
const silenceMs = 6e4;
/** @param what `podman build`; followed by how long it has been at work and how long it has said nothing. */
function heartbeat(what, say, now) {
	const began = now();
	let last = began;
	const timer = setInterval(() => {
		const time = now();
		if (time - last < silenceMs) return;
		say(`${what} is at work for ${minutes(time - began)}, and has said nothing for ${minutes(time - last)}`);
	}, silenceMs);
	timer.unref();
	return {
		heard: () => {
			last = now();
		},
		stop: () => {
			clearInterval(timer);
		}
	};
}
function minutes(ms) {
	const whole = Math.floor(ms / 6e4);
	return whole === 1 ? "1 minute" : `${whole} minutes`;
}

// src/engines/process/session.ts
/** How long an engine may take to answer a question, in milliseconds: a daemon that hangs is not waited for. */
const questionMs = 6e4;
/** One engine's command on this host: where it is, what it is given, how it is called. All engines call programs through one. */
var Session = class {
	options;
	name;
	/** Added to the environment of every child. */
	variables = {};
	#command;
	#tool;
	#folder;
	#ledger;
	#noted = /* @__PURE__ */ new Map();
	constructor(name, command, options) {
		this.name = name;
		this.#command = command;
		this.options = options;
		this.#ledger = new Ledger(options.temp);
	}
	/** Where the command is; told once. @throws E_ENGINE_MISSING */
	tool() {
		this.#tool ??= this.#findTool();
		return this.#tool;
	}
	async #findTool() {
		const { env, log } = this.options;
		const found = await findTool(this.#command, env["PATH"]);
		if (found === void 0) throw new CodedError("E_ENGINE_MISSING", `there is no ${this.#command} on PATH`, { hint: `install ${this.#command}, or choose another engine: docker, podman, buildah, or assemble for files that were compiled elsewhere` });
		log.info(`${this.name} is ${found}`);
		for (const line of shownVariables(this.name, env)) log.info(line);
		return found;
	}
	/** A folder of ours alone (0700), made when it is needed. */
	folder() {
		this.#folder ??= mkdtemp(join(this.options.temp, "native-multiarch-"));
		return this.#folder;
	}
	/** A new folder in {@link folder} that holds these files, text or programs. */
	async folderWith(name, files) {
		const path = join(await this.folder(), name);
		await mkdir(path, {
			recursive: true,
			mode: 448
		});
		for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content, { mode: typeof content === "string" ? 420 : 493 });
		return path;
	}
	uniqueId() {
		return this.options.uniqueId?.() ?? randomBytes(6).toString("hex");
	}
	/** Runs the engine's command quietly and gives what came out, whatever the exit code. */
	async ask(args, options = {}) {
		return (options.stepsFirst === true ? this.#runNoted : this.#run).call(this, args, {
			timeoutMs: questionMs,
			...options
		});
	}
	/** Runs it with every line of its output in the log, and a line of ours when it says nothing for long. */
	async tell(args, options = {}) {
		const { log, now = () => performance.now() } = this.options;
		const beat = heartbeat(this.name, (line) => {
			log.info(line);
		}, now);
		try {
			return await this.#runNoted(args, {
				onLine: (line) => {
					beat.heard();
					if (isNoise(line) || options.isAside?.(line) === true) log.debug(logLine(line));
					else log.info(logLine(line));
				},
				...options
			});
		} finally {
			beat.stop();
		}
	}
	/** What runs for long, or starts programs of its own, is in the ledger meanwhile. */
	async #runNoted(args, options) {
		let noted;
		try {
			return await this.#run(args, {
				...options,
				onStart: (pid) => {
					noted = this.#noteProcess(pid);
					noted.catch(() => void 0);
					options.onStart?.(pid);
				}
			});
		} finally {
			await (await noted)?.();
		}
	}
	async #noteProcess(pid) {
		const process = await identify(pid);
		return process === void 0 ? () => Promise.resolve() : this.#ledger.note({
			kind: "process",
			process
		});
	}
	/**
	* Writes down, before it is made, what has to be removed should this process be killed.
	* @param tool whose it will be, where that is another engine
	* @param command of the tool, where it may not be on PATH
	*/
	async note(kind, name, tool = this.name, command) {
		const entry = {
			kind,
			tool,
			name,
			variables: this.#leading(),
			...command !== void 0 && { command }
		};
		this.#noted.set(name, await this.#ledger.note(entry));
	}
	/** What leads another process, with an environment of its own, to the same engine. */
	#leading() {
		return {
			...leadingVariables(this.name, this.options.env),
			...this.variables
		};
	}
	/** The same for the containers of a build, which have this mark. */
	async noteBuilding(name, storage) {
		const entry = {
			kind: "building",
			tool: this.name,
			name,
			storage,
			variables: this.#leading()
		};
		this.#noted.set(name, await this.#ledger.note(entry));
	}
	/** The same for a name that another image may have had before. */
	async noteLent(name, image, before) {
		const entry = {
			kind: "lent",
			tool: this.name,
			name,
			image,
			variables: this.#leading()
		};
		this.#noted.set(name, await this.#ledger.note({
			...entry,
			...before !== void 0 && { before }
		}));
	}
	/** Makes an image that is of no use once it is there, and removes it, also where the leg is stopped meanwhile. */
	async throwaway(name, removal, make) {
		await this.note("image", name);
		let mayBeThere = true;
		try {
			const result = await make();
			mayBeThere = result.code === 0;
			return result;
		} finally {
			if (mayBeThere) await this.ask([...removal, name], { evenIfAborted: true });
			await this.strike(name);
		}
	}
	/** It is gone. */
	async strike(name) {
		await this.#noted.get(name)?.();
		this.#noted.delete(name);
	}
	/** {@link ask}, whose answer is one JSON document. @throws E_ENGINE as the engine's words tell. */
	async askJson(args, what) {
		const answer = await this.ask(args);
		if (answer.code !== 0) throw this.failure(answer, { doing: "ask" });
		return parseFields(Buffer.from(answer.stdout), what, {
			code: "E_ENGINE",
			maxDepth: 40
		});
	}
	failure(result, context) {
		if (result.ended === "timeout") return new CodedError("E_TIMEOUT", `${this.name} gave no answer in time`, { hint: "see whether the engine hangs on this machine, and restart it" });
		return classify(`${result.stdout}\n${result.stderr}`, result.code, {
			engine: this.name,
			temporary: this.options.temp,
			...context
		});
	}
	/** Removes everything that was written. Idempotent. */
	async close() {
		const folder = await this.#folder;
		if (folder !== void 0) await rm(folder, {
			recursive: true,
			force: true
		});
		await this.#ledger.close();
	}
	async #run(args, options) {
		const { signal, cwd, env, exec = spawnExec, log } = this.options;
		const { evenIfAborted, tool: other, stop, ...given } = options;
		const signals = [evenIfAborted === true ? void 0 : signal, stop].filter((each) => each !== void 0);
		const tool = other ?? await this.tool();
		log.debug(`${tool} ${args.join(" ")}`);
		const result = await exec(tool, args, {
			cwd,
			...signals.length > 0 && { signal: AbortSignal.any(signals) },
			...given,
			env: {
				...childEnvironment(env),
				...this.variables,
				...given.env
			}
		});
		if (result.ended === "aborted") throw signal?.reason instanceof CodedError ? signal.reason : new CodedError("E_ENGINE", `${this.name} was stopped`, { hint: "the leg was cancelled" });
		return result;
	}
};

// src/engines/request/request.ts
const maxValueBytes = 65536;
const argumentName = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
/** What has no place in a value that goes into an image's configuration and into argument vectors. */
const control = /[\u0000\r\n]/;
const secretName = /(?:token|password|passwd|secret|private_?key|api_?key|credential)/i;
/** Whether a build argument of that name most likely holds a secret. */
function looksSecret(name) {
	return secretName.test(name);
}
/**
* Checks what every engine asks of build arguments, labels and annotations, and warns of build arguments that look like secrets: whoever
* has the image can read them.
* @throws E_INPUT, all that is wrong at once
*/
function checkValues(request, log) {
	const buildArgs = request.source.kind === "dockerfile" ? request.source.buildArgs ?? {} : {};
	const errors = [
		...Object.entries(buildArgs).flatMap(([name, value]) => problem("build argument", name, value, argumentName)),
		...Object.entries(request.labels ?? {}).flatMap(([name, value]) => problem("label", name, value, /^[^\s=]+$/)),
		...Object.entries(request.source.annotations ?? {}).flatMap(([name, value]) => problem("annotation", name, value, /^[^\s=]+$/))
	];
	if (errors.length > 0) throw joinErrors(errors);
	for (const name of Object.keys(buildArgs).filter(looksSecret)) log.warning(`build argument ${name} looks like a secret, and whoever has the image can read it in its history`);
}
function problem(what, name, value, form) {
	const bad = (why, hint) => [new CodedError("E_INPUT", `${what} ${quote(name, 60)} ${why}`, { hint })];
	if (!form.test(name)) return bad("has a name that engines do not take", `write NAME=value, one a line`);
	if (control.test(value)) return bad("has a newline or NUL in its value", "put such a value into a file of the context");
	if (Buffer.byteLength(value) > maxValueBytes) return bad("has more than 64 KiB", "put such a value into a file of the context");
	return [];
}
/**
* The folder and Dockerfile of a build, absolute, links followed.
* @param dockerfileNames the names that the engine looks for, in its order
* @throws E_INPUT for what is not there, remote, or outside of the workspace
*/
async function checkSource(source, options, dockerfileNames) {
	if (/^(?:[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/i.test(source.context) || source.context === "-") throw new CodedError("E_INPUT", `context ${quote(source.context)} is not a folder here`, { hint: "check the sources out first, and give their folder; remote contexts are not built" });
	const context = await existing("context", source.context, options, "folder");
	if (source.file !== void 0) return {
		context,
		file: await existing("file", source.file, options, "file")
	};
	for (const name of dockerfileNames) {
		const file = join(context, name);
		if (await isThere(file)) return {
			context,
			file: await existing("file", file, options, "file")
		};
	}
	throw new CodedError("E_INPUT", `there is no ${dockerfileNames.join(" or ")} in ${context}`, { hint: "name it with file, or give the right folder as context" });
}
async function isThere(path) {
	try {
		await lstat(path);
		return true;
	} catch {
		return false;
	}
}
/**
* The real path of something that has to be there, and inside the workspace where there is one.
* @param what it is, for the error: `context`
* @throws E_INPUT
*/
async function existing(what, path, { cwd, workspace }, kind) {
	let real;
	try {
		real = await realpath(resolve(cwd, path));
	} catch (error) {
		throw new CodedError("E_INPUT", `${what} ${quote(path)} is not there`, {
			hint: `it is looked for from ${cwd}; was the repository checked out?`,
			cause: error
		});
	}
	if (workspace !== void 0 && !isInside(real, await realpath(workspace))) throw new CodedError("E_INPUT", `${what} ${quote(path)} leads out of the workspace`, { hint: "use a path inside of the workspace; symbolic links are followed before this is decided" });
	if (kind !== void 0 && (await stat(real)).isDirectory() !== (kind === "folder")) throw new CodedError("E_INPUT", `${what} ${quote(path)} is not a ${kind}`, { hint: kind === "folder" ? "name the folder that it is in" : "name one file in it" });
	return real;
}
/** Whether `path` is `folder` or under it; both are real paths. */
function isInside(path, folder) {
	const way = relative(folder, path);
	return way === "" || way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

// src/engines/request/source-date.ts
/**
* Seconds since 1970 that stand for all times in the image, or undefined where nobody asks for that.
* https://reproducible-builds.org/specs/source-date-epoch/
* @throws E_INPUT
*/
function sourceDate(env) {
	const text = env["SOURCE_DATE_EPOCH"];
	if (text === void 0 || text === "") return void 0;
	if (/^\d{1,10}$/.test(text)) return Number(text);
	throw new CodedError("E_INPUT", `SOURCE_DATE_EPOCH is ${quote(text)}`, { hint: "it is a number of seconds since 1970" });
}

// src/engines/stored/tar.ts
/** The largest that the header of ustar holds. */
const maxId = 2097151;
const block = 512;
const maxOctalSize = 8589934591;
const types = {
	file: "0",
	link: "2",
	folder: "5"
};
/**
* The header of an entry: ustar, with a pax header before it where a name is long or not ASCII, or a size is above 8 GiB. At `mtime` (seconds
* since 1970). A writer of our own, since the same entries have to give the same bytes whatever
* version of whatever library is around. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
*/
function tarHeader(entry, mtime) {
	const name = entry.kind === "folder" ? `${entry.path}/` : entry.path;
	const split = splitName(name);
	const records = [
		...split === void 0 ? [paxRecord("path", name)] : [],
		...entry.link !== void 0 && !fits(entry.link, 100) ? [paxRecord("linkpath", entry.link)] : [],
		...entry.size > maxOctalSize ? [paxRecord("size", String(entry.size))] : []
	];
	const own = ustar(split ?? {
		name: asciiTail(name, 100),
		prefix: ""
	}, entry, mtime, types[entry.kind]);
	if (records.length === 0) return own;
	const body = Buffer.from(records.join(""), "utf8");
	const extra = {
		...entry,
		kind: "file",
		mode: 420,
		size: body.length
	};
	const pax = ustar({
		name: `PaxHeaders/${asciiTail(entry.path, 80)}`,
		prefix: ""
	}, extra, mtime, "x");
	return Buffer.concat([
		pax,
		body,
		padding(body.length),
		own
	]);
}
/** The zeros between content of `size` bytes and the next header. */
function padding(size) {
	return Buffer.alloc((block - size % block) % block);
}
/** Two blocks of zeros end an archive. */
const tarEnd = Buffer.alloc(2 * block);
function ustar(at, entry, mtime, type) {
	const header = Buffer.alloc(block);
	const put = (text, offset) => {
		header.write(text, offset, "latin1");
	};
	put(at.name, 0);
	put(octal(entry.mode, 8), 100);
	put(octal(entry.uid ?? 0, 8), 108);
	put(octal(entry.gid ?? 0, 8), 116);
	put(octal(entry.size > maxOctalSize ? 0 : entry.size, 12), 124);
	put(octal(mtime, 12), 136);
	put("        ", 148);
	put(type, 156);
	if (entry.link !== void 0) put(fits(entry.link, 100) ? entry.link : asciiTail(entry.link, 100), 157);
	put("ustar\x0000", 257);
	put(octal(0, 8), 329);
	put(octal(0, 8), 337);
	put(at.prefix, 345);
	put(`${header.reduce((total, byte) => total + byte, 0).toString(8).padStart(6, "0")}\u0000 `, 148);
	return header;
}
function octal(value, width) {
	const text = value.toString(8);
	if (text.length >= width) throw new CodedError("E_INPUT", `${value} does not fit into a tar header`);
	return `${text.padStart(width - 1, "0")}\u0000`;
}
/** A name in the two fields of ustar, or undefined where it does not fit. */
function splitName(name) {
	if (fits(name, 100)) return {
		name,
		prefix: ""
	};
	if (!isAscii(name)) return void 0;
	for (let at = name.lastIndexOf("/", name.length - 2); at > 0; at = name.lastIndexOf("/", at - 1)) if (at <= 155 && name.length - at - 1 <= 100) return {
		name: name.slice(at + 1),
		prefix: name.slice(0, at)
	};
}
function fits(text, width) {
	return isAscii(text) && text.length <= width;
}
function isAscii(text) {
	return /^[\u0020-\u007e]*$/.test(text);
}
function asciiTail(text, width) {
	return text.replace(/[^\u0020-\u007e]/g, "_").slice(-width).replace(/^\/+/, "");
}
/** `length key=value\n`, where the length counts itself. */
function paxRecord(key, value) {
	if (value.includes("\0")) throw new CodedError("E_INPUT", `${quote(value)} holds a NUL`);
	const rest = ` ${key}=${value}\n`;
	const bytes = Buffer.byteLength(rest);
	let length = bytes + String(bytes).length;
	if (String(length).length > String(bytes).length) length = bytes + String(length).length;
	return `${length}${rest}`;
}

// src/engines/stored/layout-archive.ts
/**
* One image as an OCI image layout in a tar stream. https://github.com/opencontainers/image-spec/blob/main/image-layout.md
* @param annotations of its entry in index.json: names, for those who load it
*/
async function* layoutArchive({ mediaType, digest, bytes }, blobs, annotations) {
	const descriptor = {
		mediaType,
		digest,
		size: bytes.length,
		...annotations && { annotations }
	};
	const index = Buffer.from(JSON.stringify({
		schemaVersion: 2,
		manifests: [descriptor]
	}));
	const version = Buffer.from(JSON.stringify({ imageLayoutVersion: "1.0.0" }));
	yield* file("oci-layout", version.length, chunks(version));
	for (const blob of [...blobs, {
		...descriptor,
		open: () => chunks(bytes)
	}]) yield* file(`blobs/${blob.digest.replace(":", "/")}`, blob.size, blob.open());
	yield* file("index.json", index.length, chunks(index));
	yield tarEnd;
}
/** These bytes as a stream. */
async function* chunks(bytes) {
	yield await Promise.resolve(bytes);
}
async function* file(path, size, content) {
	yield tarHeader({
		path,
		kind: "file",
		mode: 420,
		size
	}, 0);
	yield* content;
	yield padding(size);
}

// src/engines/stored/layout-push.ts
/** How many blobs travel at once. */
const lanes = 4;
/**
* Pushes an image through our own client: blobs, the manifests below the top by their digests, and last the top by its tag, so that
* the tag never leads to what is not there.
* @throws what the client says: E_UNAUTHORIZED, E_DENIED, E_TAG_IMMUTABLE, E_NETWORK ...
*/
async function pushStored({ top, children, blobs }, reference, { uploader, log, signal }) {
	if (uploader === void 0) throw new CodedError("E_INTERNAL", "the engine was given nobody to upload with");
	const { repository } = reference;
	const waiting = [...blobs];
	const upload = async () => {
		for (let blob = waiting.shift(); blob !== void 0; blob = waiting.shift()) {
			signal?.throwIfAborted();
			const { digest, size, mediaType, open, from } = blob;
			if (from?.registry === repository.registry && await uploader.mountBlob?.(repository, digest, from)) continue;
			await uploader.uploadBlob(repository, {
				digest,
				size,
				mediaType
			}, open);
		}
	};
	await settleAll(Array.from({ length: Math.min(lanes, blobs.length) }, upload));
	for (const child of children) await uploader.putManifest(repository, child.digest, child);
	await uploader.putManifest(repository, reference.tag ?? top.digest, top);
	log.info(`pushed ${formatReference(reference)} as ${top.digest}`);
}

// src/engines/preflight/kernel.ts
/** Those that the kernel has one name for. */
const known = [
	"amd64",
	"arm64",
	"ppc64le",
	"s390x",
	"riscv64",
	"loong64"
];
/**
* Which machine the kernel of this host is made for: unlike `uname`, no emulation of programs changes it. `undefined` before Linux 6.1, and
* where there is no /proc. https://docs.kernel.org/admin-guide/sysctl/kernel.html#arch
*/
async function kernelArchitecture(file = "/proc/sys/kernel/arch") {
	const text = await readFile(file, "utf8").catch(() => "");
	const architecture = architectureOfUname(text);
	return known.find((one) => one === architecture);
}
/**
* The host of an engine on this kernel. One that runs through emulation itself, as in a job container of another architecture, sees only
* the machine that is emulated: its programs do not run natively.
*/
function onKernel(host, architecture) {
	if (architecture === void 0) return host;
	const platform = normalisePlatform({
		os: "linux",
		architecture
	});
	if (relation(host.platform, platform) !== "foreign") return host;
	return {
		...host,
		platform,
		emulatedAs: formatPlatform(host.platform)
	};
}

// src/engines/this-machine.ts
/**
* The host of an engine that is nobody but this process. @param label what records and reports call it
* @throws E_PLATFORM for a machine that no image can be for
*/
async function thisMachine(label, { kernelArchitecture: ask = kernelArchitecture }) {
	const architecture = architectureOfUname(machine());
	if (architecture === void 0) throw new CodedError("E_PLATFORM", `the machine ${quote(machine())} is not a registered architecture`, { hint: "set platform" });
	const platform = normalisePlatform({
		os: "linux",
		architecture
	});
	return onKernel({
		version: "1",
		label,
		platform
	}, await ask());
}

// src/engines/user-folders.ts
/**
* A variable that is set to nothing counts as not set: a path made from it would start in the checkout.
* https://specifications.freedesktop.org/basedir-spec/latest/
*/
function userFolders(env) {
	const home = env["HOME"] ?? "";
	const folder = (variable, inHome) => {
		const set = env[variable] ?? "";
		if (set !== "") return set;
		return home === "" || inHome === void 0 ? void 0 : join(home, inHome);
	};
	const found = {
		config: folder("XDG_CONFIG_HOME", ".config"),
		cache: folder("XDG_CACHE_HOME", ".cache"),
		runtime: folder("XDG_RUNTIME_DIR"),
		docker: folder("DOCKER_CONFIG", ".docker")
	};
	return withoutUndefined(found);
}

// src/engines/auth.ts
/** Docker Hub's key in auth files of Docker's making. */
const hubKey = "https://index.docker.io/v1/";
/**
* A private DOCKER_CONFIG in `folder`: the user's own configuration with these logins over it, contexts and plugins linked.
* Credentials never stand in an argument vector, nor in a file that outlives the leg.
* @returns the variables that make the docker command use it. @throws E_INPUT where the user's own file is no JSON.
*/
async function writeDockerConfig(folder, logins, env) {
	const { docker: home } = userFolders(env);
	const own = home === void 0 ? {} : await readConfig(join(home, "config.json"));
	const auths = { ...objectAt(own, "auths") };
	const helpers = { ...objectAt(own, "credHelpers") };
	for (const login of logins) {
		const key = login.registry === "docker.io" ? hubKey : login.registry;
		for (const other of [
			login.registry,
			`https://${login.registry}`,
			`http://${login.registry}`
		]) Reflect.deleteProperty(auths, other);
		auths[key] = { auth: basic(login) };
		helpers[key] = "";
	}
	await mkdir(folder, {
		recursive: true,
		mode: 448
	});
	await writePrivate(join(folder, "config.json"), {
		...own,
		auths,
		credHelpers: helpers
	});
	if (home !== void 0) for (const name of [
		"contexts",
		"cli-plugins",
		"tls"
	]) await linkIfThere(join(home, name), join(folder, name));
	return { DOCKER_CONFIG: folder };
}
/**
* An auth file for podman and buildah in `folder`: every file that they would read, in their order, with these logins first.
* https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
*/
async function writeAuthFile(folder, logins, env) {
	const auths = {};
	const helpers = {};
	for (const login of logins) auths[login.registry] = { auth: basic(login) };
	const mine = new Set(logins.map((login) => login.registry));
	const isMine = (key) => mine.has(registryOfKey(key));
	for (const path of authFiles(env)) {
		const file = await readConfig(path);
		for (const [key, value] of Object.entries(objectAt(file, "auths"))) if (!isMine(key)) auths[key] ??= value;
		for (const [key, value] of Object.entries(objectAt(file, "credHelpers"))) if (!isMine(key)) helpers[key] ??= value;
	}
	await mkdir(folder, {
		recursive: true,
		mode: 448
	});
	const path = join(folder, "auth.json");
	await writePrivate(path, {
		auths,
		...Object.keys(helpers).length > 0 && { credHelpers: helpers }
	});
	return { REGISTRY_AUTH_FILE: path };
}
function authFiles(env) {
	const explicit = env["REGISTRY_AUTH_FILE"] ?? "";
	if (explicit !== "") return [explicit];
	const { runtime, config, docker } = userFolders(env);
	return [
		...runtime === void 0 ? [`/run/containers/${process.getuid?.() ?? 0}/auth.json`] : [join(runtime, "containers", "auth.json")],
		...config === void 0 ? [] : [join(config, "containers", "auth.json")],
		...docker === void 0 ? [] : [join(docker, "config.json")]
	];
}
/** The host of a key, which may have a scheme or go down to a repository: `https://index.docker.io/v1/`, `quay.io/acme`. */
function registryOfKey(key) {
	const host = key.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
	return host === "index.docker.io" ? "docker.io" : host;
}
async function readConfig(path) {
	const text = await readIfThere(path);
	if (text === void 0 || text.trim() === "") return {};
	const parsed = parseStrictJson(Buffer.from(text), path, { code: "E_INPUT" });
	if (isObject(parsed)) return parsed;
	throw new CodedError("E_INPUT", `${path} does not hold a JSON object`, { hint: "sign in again, or remove that file" });
}
/** @returns `undefined` for a file that is not there, or not ours to read */
async function readIfThere(path) {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && [
			"ENOENT",
			"ENOTDIR",
			"EACCES"
		].includes(String(error.code))) return void 0;
		throw error;
	}
}
function objectAt(object, key) {
	const value = Object.hasOwn(object, key) ? object[key] : void 0;
	return isObject(value) ? value : {};
}
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
function basic({ username, password }) {
	return Buffer.from(`${username}:${password}`, "utf8").toString("base64");
}
async function writePrivate(path, value) {
	await writeFile(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 384 });
}
async function linkIfThere(target, path) {
	try {
		await symlink(target, path);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
	}
}

// src/engines/preflight/emulation-setup.ts
/**
* The image that installs QEMU where the distribution has no package: QEMU 10.2.3, for every architecture. By digest, since it is run
* with all rights of the machine. https://github.com/tonistiigi/binfmt
*/
const binfmtImage = "docker.io/tonistiigi/binfmt:qemu-v10.2.3-68@sha256:400a4873b838d1b89194d982c45e5fb3cda4593fbfd7e08a02e76b03b21166f0";
const installMs = 6e5;
/**
* Makes the kernel run programs of this platform, in the ways that the host allows: an interpreter that is on disk is registered, the
* distribution's package is installed, or a pinned image is run. What is registered stays: binfmt_misc is the whole machine's, and
* another job may have begun to use it.
* @returns what was done, for a person
* @throws E_UNSUPPORTED with what each way came to
*/
async function setUpEmulation(platform, options) {
	const target = formatPlatform(platform);
	const setup = new Setup(platform, options);
	const ways = [...options.local ? [() => setup.fromDisk(), () => setup.fromPackages()] : [], () => setup.fromImage()];
	const reasons = [];
	for (const way of ways) {
		options.signal?.throwIfAborted();
		const attempt = await way();
		if ("done" in attempt) {
			options.log.info(`${attempt.done}. It stays when this leg ends, since binfmt_misc is the whole machine's and another job may use it by then`);
			return attempt.done;
		}
		reasons.push(attempt.why);
	}
	throw new CodedError("E_UNSUPPORTED", `setup-emulation could not install emulation of ${target}: ${reasons.join("; ")}`, { hint: emulationCure(platform) });
}
var Setup = class {
	#platform;
	#options;
	#root;
	constructor(platform, options) {
		this.#platform = platform;
		this.#options = options;
		this.#root = options.root ?? "/proc/sys/fs/binfmt_misc";
	}
	async fromDisk() {
		const qemu = qemuName(this.#platform);
		const interpreter = await this.#interpreter(qemu);
		if (interpreter === void 0) return { why: `there is no static qemu-${qemu} on PATH` };
		let found = await this.#lookUp();
		if (found.kind === "unknown") {
			const failed = await this.#mount();
			if (failed !== void 0) return { why: failed };
			found = await this.#lookUp();
		}
		if (found.kind === "registered" && !found.enabled && found.flags.includes("F")) {
			const failed = await this.#write(found.name, "1");
			return failed === void 0 ? { done: `switched ${found.name} on` } : { why: failed };
		}
		const name = found.kind === "registered" ? `native-multiarch-${qemu}` : `qemu-${qemu}`;
		const failed = await this.#write("register", registration(name, this.#platform, interpreter));
		if (failed !== void 0) return { why: failed };
		return this.#proven(`registered ${interpreter} in binfmt_misc as ${name} with flag F`);
	}
	async fromPackages() {
		const prefix = await this.#privilege();
		if (prefix === void 0) return { why: "packages need root, or a sudo that asks for no password" };
		for (const [manager, ...commands] of packageManagers) {
			if (await this.#tool(manager) === void 0) continue;
			for (const args of commands) {
				const result = await this.#run([
					...prefix,
					...noQuestions,
					manager,
					...args
				]);
				if (result.code !== 0) return { why: `${manager} ${args.join(" ")} failed: ${lastLines(`${result.stdout}\n${result.stderr}`, 2, 300)}` };
			}
			const done = await this.#proven(`installed ${commands.at(-1)?.at(-1) ?? ""} with ${manager}`);
			return "done" in done ? done : this.fromDisk();
		}
		return { why: "there is no apt-get, dnf or zypper on PATH" };
	}
	async fromImage() {
		const { runPrivileged } = this.#options;
		if (runPrivileged === void 0) return { why: "this engine runs no containers that could install it" };
		const { architecture } = this.#platform;
		const result = await runPrivileged(binfmtImage, ["--install", architecture]);
		if (result.code !== 0) return { why: `${binfmtImage} failed: ${lastLines(`${result.stdout}\n${result.stderr}`, 2, 300)}` };
		return this.#proven(`installed QEMU for ${architecture} from ${binfmtImage}`);
	}
	/** Nothing is done until the kernel says so itself, where it can be asked. */
	async #proven(done) {
		if (!this.#options.local) return { done };
		const found = await this.#lookUp();
		return found.kind === "unknown" || isUsable(found) ? { done } : { why: `${done}, and the kernel has no emulation that containers can use all the same` };
	}
	#lookUp() {
		const { lookUpEmulation: ask = (architecture) => lookUpEmulation(architecture, this.#root) } = this.#options;
		return ask(this.#platform.architecture);
	}
	async #interpreter(qemu) {
		for (const name of [`qemu-${qemu}-static`, `qemu-${qemu}`]) {
			const found = await this.#tool(name);
			if (found !== void 0 && await isStatic(found)) return found;
		}
	}
	/** Gives why it could not be mounted. */
	async #mount() {
		const prefix = await this.#privilege();
		if (prefix === void 0) return "to mount binfmt_misc takes root";
		const result = await this.#run([
			...prefix,
			"mount",
			"-t",
			"binfmt_misc",
			"binfmt_misc",
			this.#root
		]);
		return result.code === 0 ? void 0 : `binfmt_misc can't be mounted: ${lastLines(result.stderr, 1, 200)}`;
	}
	/** Gives why it could not be written. */
	async #write(file, text) {
		const path = join(this.#root, file);
		const prefix = await this.#privilege();
		if (prefix === void 0) return `to write ${path} takes root`;
		if (prefix.length > 0) {
			const result = await this.#run([
				...prefix,
				"tee",
				path
			], text);
			return result.code === 0 ? void 0 : `${path} can't be written: ${lastLines(result.stderr, 1, 200)}`;
		}
		try {
			await writeFile(path, text);
			return;
		} catch (error) {
			return `${path} can't be written: ${error instanceof Error ? error.message : String(error)}`;
		}
	}
	/** What stands before a command that needs root; undefined where there is no way to be root. */
	async #privilege() {
		const { uid = process.getuid?.() } = this.#options;
		if (uid === 0) return [];
		if (await this.#tool("sudo") === void 0) return void 0;
		return (await this.#run([
			"sudo",
			"-n",
			"true"
		])).code === 0 ? ["sudo", "-n"] : void 0;
	}
	#tool(name) {
		return findTool(name, this.#options.env["PATH"]);
	}
	async #run([name = "", ...args], input) {
		const { env, log, signal, exec = spawnExec } = this.#options;
		const tool = await this.#tool(name);
		if (tool === void 0) return {
			code: 127,
			stdout: "",
			stderr: `there is no ${name} on PATH`
		};
		log.debug(`${tool} ${args.join(" ")}`);
		return exec(tool, args, {
			env: childEnvironment(env),
			timeoutMs: installMs,
			...signal !== void 0 && { signal },
			...input !== void 0 && { input }
		});
	}
};
/** Before a package manager; sudo drops variables, so `env` sets it behind it. */
const noQuestions = ["env", "DEBIAN_FRONTEND=noninteractive"];
/** How each distribution installs QEMU's user emulation. */
const packageManagers = [
	[
		"apt-get",
		["update", "-q"],
		[
			"install",
			"-q",
			"-y",
			"--no-install-recommends",
			"qemu-user-static"
		]
	],
	["dnf", [
		"install",
		"-y",
		"qemu-user-static"
	]],
	["zypper", [
		"--non-interactive",
		"install",
		"qemu-linux-user"
	]]
];
/**
* The line that registers an interpreter for every program of a machine, static or not. Flag F: the kernel opens it now, so that it is
* there in containers too. https://docs.kernel.org/admin-guide/binfmt-misc.html
*/
function registration(name, platform, interpreter) {
	const program = probeProgram(platform.architecture);
	if (program === void 0) throw new CodedError("E_UNSUPPORTED", `setup-emulation knows no programs of ${formatPlatform(platform)}`, { hint: emulationCure(platform) });
	const magic = program.subarray(0, 20);
	const mask = Buffer.alloc(20, 255);
	mask[7] = 0;
	mask[magic[5] === 1 ? 16 : 17] = 254;
	const escaped = (bytes) => [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
	return `:${name}:M::${escaped(magic)}:${escaped(mask)}:${interpreter}:F`;
}
/** Whether a program needs no loader, which would be missing in a container. https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html */
async function isStatic(path) {
	const file = await open(path);
	try {
		const { buffer: head, bytesRead } = await file.read(Buffer.alloc(8192), 0, 8192, 0);
		if (bytesRead < 64 || head.readUInt32BE(0) !== 2135247942 || head[4] !== 2) return false;
		const little = head[5] === 1;
		const u16 = (at) => little ? head.readUInt16LE(at) : head.readUInt16BE(at);
		const u32 = (at) => little ? head.readUInt32LE(at) : head.readUInt32BE(at);
		const start = little ? Number(head.readBigUInt64LE(32)) : Number(head.readBigUInt64BE(32));
		const [size, count] = [u16(54), u16(56)];
		if (size < 56 || start + size * count > bytesRead) return false;
		return !Array.from({ length: count }, (_, i) => u32(start + size * i)).includes(3);
	} finally {
		await file.close();
	}
}

// src/engines/preflight/mode-trial.ts
/**
* In which mode this engine makes images of the platform, found out by running a program.
* @throws E_HOST_MISMATCH, E_UNSUPPORTED, E_ENGINE, as `Engine.preflight` says
*/
async function findMode(platform, wanted, engine) {
	const emulation = await emulationFor(platform, wanted, engine);
	if (wanted !== "auto") return tryMode(decideMode(platform, wanted, engine.host, emulation), platform, engine, emulation);
	const passedOver = [];
	const modes = modesToTry(platform, engine.host, emulation);
	for (const mode of modes) try {
		const ready = await tryMode(mode, platform, engine, emulation);
		return {
			...ready,
			note: [
				`mode auto is ${mode}`,
				...passedOver,
				ready.note
			].join("; ")
		};
	} catch (error) {
		if (!(error instanceof CodedError && ["E_UNSUPPORTED", "E_HOST_MISMATCH"].includes(error.code)) || mode === modes.at(-1)) throw error;
		passedOver.push(`${mode} does not work here: ${error.message}`);
	}
	throw new CodedError("E_INTERNAL", "no mode was tried");
}
/** What the kernel emulates; where `setup-emulation` asks for it and it does not, it is installed first. */
async function emulationFor(platform, wanted, { session, host, local, runPrivileged }) {
	if (relation(platform, host.platform) === "same") return { kind: "absent" };
	const { options } = session;
	const lookUp = async () => local ? (options.lookUpEmulation ?? lookUpEmulation)(platform.architecture) : {
		kind: "unknown",
		reason: "the engine is on another machine"
	};
	const found = await lookUp();
	const compatible = relation(platform, host.platform) === "compatible";
	if (options.setUpEmulation !== true || wanted === "native" || compatible || isUsable(found)) return found;
	try {
		await setUpEmulation(platform, {
			...options,
			local,
			...runPrivileged !== void 0 && { runPrivileged }
		});
	} catch (error) {
		if (!(error instanceof CodedError) || wanted === "emulate") throw error;
		options.log.warning(error.message);
	}
	return lookUp();
}
async function tryMode(mode, platform, engine, emulation) {
	const { session, host } = engine;
	if (mode === "emulate") checkEmulation(platform, emulation);
	const told = describeMode(mode, platform, host, emulation);
	const program = mode === "cross" ? void 0 : probeProgram(platform.architecture);
	const tried = program === void 0 ? host.platform : platform;
	const id = session.uniqueId();
	const folder = await session.folderWith(`probe-${id}`, {
		Dockerfile: "FROM scratch\nCOPY probe /probe\nRUN [\"/probe\"]\n",
		probe: Buffer.concat([program ?? probeProgram(host.platform.architecture) ?? Buffer.of(), Buffer.from(id)])
	});
	const { result, notes } = await engine.tryProgram(folder, tried, `localhost/native-multiarch-probe:${id}`);
	if (result.code !== 0) throw probeFailure(result, platform, mode, engine);
	for (const note of notes) session.options.log.info(note);
	const warning = mode === "emulate" ? emulationWarning(platform) : void 0;
	return {
		mode,
		note: [told, ...notes].join("; "),
		...warning !== void 0 && { warning },
		...mode === "cross" && emulation.kind !== "unknown" && { emulates: isOn(emulation) }
	};
}
function probeFailure(result, platform, mode, { session, host }) {
	const target = formatPlatform(platform);
	const own = formatPlatform(host.platform);
	if (!/exec format error/i.test(`${result.stdout}${result.stderr}`)) {
		const error = session.failure(result, {
			doing: "build",
			platform
		});
		if (error.code !== "E_BUILD") return error;
		const said = lastLines(`${result.stdout}\n${result.stderr}`);
		return new CodedError("E_ENGINE", `${session.name} can't run a program of ${target} here: ${said}`, { hint: "try the same by hand: FROM scratch, COPY and RUN of a static program" });
	}
	if (mode === "native") return new CodedError("E_HOST_MISMATCH", `the processor of ${host.label} (${own}) does not run programs of ${target}`, { hint: `run this leg on a ${target} machine; some 64-bit processors have no 32-bit mode` });
	return new CodedError("E_UNSUPPORTED", `${host.label} (${own}) has no emulation of ${target} that works in containers`, { hint: emulationCure(platform) });
}

// src/engines/request/extra-arguments.ts
/** What an input of ours says, by the flag that says it to some engine. */
const ours = {
	"--file": "file",
	"--target": "target",
	"--platform": "platform",
	"--arch": "platform",
	"--os": "platform",
	"--variant": "platform",
	"--all-platforms": "platforms",
	"--secret": "secrets, secret-envs or secret-files",
	"--ssh": "ssh",
	"--format": "format",
	"--provenance": "provenance",
	"--sbom": "sbom",
	"--attest": "provenance and sbom",
	"--output": "outputs",
	"--build-context": "build-contexts",
	"--cache-from": "cache-from",
	"--cache-to": "cache-to",
	"--timestamp": "SOURCE_DATE_EPOCH in the environment",
	"--source-date-epoch": "SOURCE_DATE_EPOCH in the environment"
};
/** What would break something that we promise. */
const kept = {
	...all("the image gets a name that only this leg knows", "--tag", "--manifest"),
	...all("the image is pushed after it was checked", "--push", "--load"),
	...all("the image is found again by it", "--iidfile", "--metadata-file"),
	...all("a password would stand in the list of processes", "--creds", "--decryption-key"),
	...all("registries and credentials are inputs of their own", "--authfile", "--cert-dir", "--tls-verify"),
	...all("the output is in the log, and errors are told by it", "--quiet", "--logfile", "--logsplit", "--progress"),
	...all("nothing is left behind", "--rm", "--force-rm"),
	...all("the engine is chosen by engine and remote", "--builder", "--runtime-flag"),
	...all("the folder that is built comes last", "--"),
	...all("nothing would be built", "--call", "--check", "--print", "--help")
};
/** The flags of one letter: what they are long, and whether a value follows in the same word. */
const short = {
	t: {
		long: "--tag",
		takesValue: true
	},
	f: {
		long: "--file",
		takesValue: true
	},
	o: {
		long: "--output",
		takesValue: true
	},
	q: {
		long: "--quiet",
		takesValue: false
	},
	h: {
		long: "--help",
		takesValue: false
	},
	D: {
		long: "--debug",
		takesValue: false
	},
	c: {
		long: "--cpu-shares",
		takesValue: true
	},
	m: {
		long: "--memory",
		takesValue: true
	},
	v: {
		long: "--volume",
		takesValue: true
	}
};
function all(reason, ...flags) {
	return Object.fromEntries(flags.map((flag) => [flag, reason]));
}
/** What may not be among `extra-args`, one E_UNSUPPORTED for each. */
function refusedArguments(args) {
	return args.flatMap((arg) => flagsOf(arg).flatMap((flag) => {
		const input = ours[flag];
		const reason = kept[flag];
		if (input === void 0 && reason === void 0) return [];
		return [new CodedError("E_UNSUPPORTED", `extra-args has ${quote(arg)}${reason === void 0 ? "" : `: ${reason}`}`, { hint: input === void 0 ? "leave it out" : `use ${input}` })];
	}));
}
/** The flags in one argument, long; a lone `--` is one of its own kind, since it would end them. */
function flagsOf(arg) {
	if (arg.startsWith("--")) return [arg.split("=", 1)[0] ?? arg];
	if (!arg.startsWith("-") || arg === "-") return [];
	const found = [];
	for (const letter of arg.slice(1)) {
		const flag = Object.hasOwn(short, letter) ? short[letter] : void 0;
		if (flag === void 0) break;
		found.push(flag.long);
		if (flag.takesValue) break;
	}
	return found;
}

// src/engines/request/build-options.ts
/**
* The inputs of a build that name something on this machine, checked, with absolute paths in them.
* @throws E_INPUT for what is not there; E_UNSUPPORTED for what no engine is told; all of it at once
*/
async function checkOptions(source, places) {
	const errors = refusedArguments(source.extraArgs ?? []);
	const kept = async (work) => work.catch((error) => {
		errors.push(toCodedError(error));
	});
	const contexts = await Promise.all(Object.entries(source.buildContexts ?? {}).map(async ([name, value]) => [name, await kept(checkContext(name, value, places))]));
	const ssh = await Promise.all((source.ssh ?? []).map(async (line) => kept(checkSsh(line, places))));
	if (errors.length > 0) throw joinErrors(errors);
	return {
		...source,
		...source.buildContexts !== void 0 && { buildContexts: Object.fromEntries(contexts) },
		...source.ssh !== void 0 && { ssh }
	};
}
const layoutForm = /^oci-layout:\/\/(?<folder>.+?)(?<name>(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?)$/u;
/** A folder or layout of this machine as its absolute path; an image as it stands. */
async function checkContext(name, value, places) {
	const what = `build context ${name}`;
	if (!/^[^\s=,"]+$/u.test(name)) throw new CodedError("E_INPUT", `build-contexts has the name ${quote(name)}`, { hint: "use a name without spaces, commas and quotes" });
	if (/^docker-image:\/\/\S+$/u.test(value)) return value;
	const layout = layoutForm.exec(value)?.groups;
	if (layout !== void 0) return `oci-layout://${await existing(what, layout["folder"] ?? "", places, "folder")}${layout["name"] ?? ""}`;
	if (/^(?:[a-z][a-z0-9+.-]*:|git@|github\.com\/)/iu.test(value)) throw new CodedError("E_UNSUPPORTED", `${what} is ${quote(value)}, which is not on this machine`, { hint: "give a folder, docker-image://reference or oci-layout://folder; check out other repositories in a step before, so that all platforms are built from the same sources" });
	return existing(what, value, places, "folder");
}
/** `default`, or `id=socket` or `id=key,key`. */
async function checkSsh(line, { cwd, env }) {
	const end = line.indexOf("=");
	const id = end === -1 ? line : line.slice(0, end);
	if (!/^[A-Za-z0-9_.-]+$/u.test(id)) throw new CodedError("E_INPUT", `ssh has ${quote(line)}, which is not id=path`, { hint: "write default, default=socket, or id=key" });
	if (end === -1) {
		if ((env["SSH_AUTH_SOCK"] ?? "") !== "") return line;
		throw new CodedError("E_INPUT", `ssh asks for the agent of ${quote(id)}, and SSH_AUTH_SOCK is not set`, { hint: "start an agent in a step before (webfactory/ssh-agent does), or name a key: default=path" });
	}
	const paths = line.slice(end + 1).split(",");
	return `${id}=${(await Promise.all(paths.map(async (path) => realFile(`ssh ${id}`, path, cwd)))).join(",")}`;
}
/** The real path of a file of this machine, which may be outside of the workspace: keys and secrets are better kept there. */
async function realFile(what, path, cwd) {
	try {
		const real = await realpath(resolve(cwd, path));
		if ((await stat(real)).isDirectory()) throw new CodedError("E_INPUT", `${what} is a folder: ${quote(path)}`);
		return real;
	} catch (error) {
		if (error instanceof CodedError) throw error;
		throw new CodedError("E_INPUT", `${what} is not there: ${quote(path)}`, {
			hint: `it is looked for from ${cwd}`,
			cause: error
		});
	}
}

// src/engines/smoke/service-run.ts
/**
* Starts the service, waits for its answer, and removes it.
* @returns the answer, for the log
* @throws E_SMOKE_TEST with the last answer and the last lines; E_ENGINE where the container could not be started; E_UNSUPPORTED
*/
async function runService(container, options, { host, clock }) {
	const check = checkOf(container, options, host);
	let state = "runs";
	const running = container.run().finally(() => {
		state = "ended";
	});
	running.catch(() => void 0);
	let waited;
	try {
		waited = await waitForService(container, check, options.timeoutMs, {
			isOver: () => state === "ended",
			clock
		});
	} finally {
		await container.remove();
	}
	const result = await running;
	if (waited.why === "answered") return `${check.what} answered: ${waited.answer.says}`;
	throw serviceFailure(result, waited, {
		check,
		options,
		host
	});
}
function checkOf(container, { ask, isEmulated }, { platform: { architecture } }) {
	return ask.kind === "url" ? urlCheck(container, ask.url, {
		architecture,
		isEmulated
	}) : healthCheck(container, ask.healthcheck, {
		command: ask.command,
		isEmulated
	});
}
function serviceFailure({ code, stdout, stderr }, { why, answer }, { check: { what }, options, host }) {
	const output = `${stdout}\n${stderr}`;
	const told = lastLines(output);
	const said = told === "" ? "it said nothing" : `it said: ${told}`;
	const way = options.ask.kind === "url" ? "a service has no network but its own" : "a service has no network but its own; where it needs more to be well, set smoke-test-url: none";
	const service = `the service on ${formatPlatform(options.platform)}`;
	if (why === "ended") {
		const trouble = runtimeTrouble(output);
		if (trouble !== void 0) return new CodedError("E_ENGINE", `${host.label} can't start containers here: ${trouble.says}`, { hint: trouble.cure });
		return new CodedError("E_SMOKE_TEST", `${service} ended with ${code} before ${what} was good; ${said}`, { hint: `nothing was pushed; the log above has its output, and ${way}` });
	}
	const after = why === "timeout" ? ` within ${options.timeoutMs / 1e3} s` : "";
	return new CodedError("E_SMOKE_TEST", `${service} was not well${after}: ${what} gave ${answer.says}; ${said}`, { hint: `nothing was pushed; the log above has its output, and ${way}` });
}

// src/engines/store.ts
const noSuchImage = /no such (?:image|object)|image not known|unable to find|not found/iu;
const imageId = /^(?:sha256:)?([0-9a-f]{64})$/u;
/**
* The id of an image in the engine's own store.
* @param question arguments with which the engine prints the id
* @returns `sha256:...`; `undefined` where there is no such image
* @throws E_ENGINE
*/
async function storedImageId(session, question) {
	const answer = await session.ask(question);
	if (answer.code === 0) return parseImageId(answer.stdout, session);
	if (noSuchImage.test(answer.stderr)) return void 0;
	throw session.failure(answer, { doing: "ask" });
}
/** An id as engines write it, with or without `sha256:`. @throws E_ENGINE */
function parseImageId(text, { name }) {
	const hex = imageId.exec(text.trim())?.[1];
	if (hex !== void 0) return `sha256:${hex}`;
	throw new CodedError("E_ENGINE", `${name} gave ${show(text, 80)} where an image id was to be`);
}
/**
* Whether an image in the engine's own store is of that platform: then a build takes it from there. Variants are left out, since an
* image without one serves them all.
* @param question arguments with which the engine prints `os/architecture`
*/
async function isStoredFor(session, question, platform) {
	const { code, stdout } = await session.ask(question);
	const [os, architecture] = stdout.trim().split("/");
	return code === 0 && os === platform.os && architecture === platform.architecture;
}

// src/engines/dockerfile-engine.ts
/** How long a service that was not well has for its end, in milliseconds, before its own command is ended. */
const endMs = 5e3;
const maxPushes = 3;
/** What is worth another try, in the words of the engines; what a registry refuses for good is not. */
const passing = /\b50[0234]\b|\b429\b|toomanyrequests|timeout|connection re(?:set|fused)|unexpected EOF|: EOF|broken pipe|temporar/i;
/**
* What the engines that build Dockerfiles share: what is asked, checked and said, in which order. Each of them says how its own
* command is told to do each step.
*/
var DockerfileEngine = class {
	name;
	session;
	#host;
	#ready = /* @__PURE__ */ new Map();
	constructor(name, session) {
		this.name = name;
		this.session = session;
	}
	host() {
		this.#host ??= this.askHost();
		return this.#host;
	}
	preflight(platform, mode) {
		const key = (each) => `${formatPlatform(platform)} ${each}`;
		const known = this.#ready.get(key(mode)) ?? this.#preflight(platform, mode);
		this.#ready.set(key(mode), known);
		return known.then((ready) => {
			this.#ready.set(key(ready.mode), known);
			return ready;
		});
	}
	async #preflight(platform, wanted) {
		const { session } = this;
		const host = await this.hostFor(platform);
		const ready = await findMode(platform, wanted, {
			session,
			host,
			local: this.isLocal(),
			tryProgram: async (folder, tried, name) => this.tryProgram(folder, tried, name),
			...this.runPrivileged !== void 0 && { runPrivileged: this.runPrivileged }
		});
		return host === await this.host() ? ready : {
			...ready,
			host
		};
	}
	/** Where the platform is built, of an engine that has several machines. */
	hostFor(_platform) {
		return this.host();
	}
	/** Runs a container with all rights of the engine's machine, where the engine can. */
	runPrivileged;
	/** Which version that table is read for; known after the preflight. */
	optionVersion({ version }) {
		return version;
	}
	/** Whether stages that the target does not need are left out; known once the preflight is done. */
	prunes() {
		return true;
	}
	async dockerfile(source) {
		const { file } = await checkSource(source, this.session.options, this.dockerfileNames);
		return {
			file,
			text: await readFile(file, "utf8"),
			prunes: this.prunes()
		};
	}
	async build(request) {
		const { source } = request;
		if (source.kind !== "dockerfile") throw new CodedError("E_UNSUPPORTED", `${this.name} builds Dockerfiles, and files were given`, { hint: "engine assemble makes images from files" });
		checkValues(request, this.session.options.log);
		const paths = await checkSource(source, this.session.options, this.dockerfileNames);
		const checked = await checkOptions(source, this.session.options);
		await this.preflight(request.platform, request.mode);
		const version = this.optionVersion(await this.host());
		const refused = unsupportedOptions(askedOptions(request), this.dialect(), version);
		if (refused.length > 0) throw joinErrors(refused);
		const id = this.session.uniqueId();
		const name = `localhost/native-multiarch:${id}`;
		await this.session.note("image", name, this.keeper());
		const order = {
			request,
			source: checked,
			paths,
			name,
			idFile: join(await this.session.folder(), `${id}.iid`)
		};
		let result;
		try {
			result = await this.runBuild(order);
			if (result.code === 0) return await this.builtImage(order);
		} catch (error) {
			await this.remove({
				engine: this.name,
				id: name,
				name
			});
			throw error;
		}
		await this.session.strike(name);
		throw await this.#buildFailure(result, request, paths.file);
	}
	/** Who keeps what is built. */
	keeper() {
		return this.name;
	}
	/** What a build that went well has made. */
	async builtImage({ name, idFile }) {
		return {
			engine: this.name,
			id: parseImageId(await readFile(idFile, "utf8"), this.session),
			name
		};
	}
	async #buildFailure(result, { platform, mode }, file) {
		const format = /(?:exec (\S+): )?exec format error/i.exec(`${result.stdout}\n${result.stderr}`);
		if (mode === "cross" && format !== null) return crossFailure(platform, await this.host(), format[1]?.replaceAll("\"", "") ?? "a program");
		return this.session.failure(result, {
			doing: "build",
			platform,
			file
		});
	}
	async run(image, options) {
		const program = smokeTestArguments(options.command);
		const name = this.#containerName();
		const result = await this.runCommand(image, program, {
			...options,
			name
		});
		if (result.code !== 0) throw smokeTestFailure(result, options, this.name);
	}
	/** Whether services can be run: where it depends on the machine, an engine finds it out. */
	async checkServe(platform) {
		await this.preflight(platform, "emulate");
	}
	async serve(image, options) {
		const { log, sleep = wait, now = () => performance.now() } = this.session.options;
		const { platform, timeoutMs, command } = options;
		const started = {
			name: this.#containerName(),
			platform,
			timeoutMs: timeoutMs + endMs
		};
		const container = await this.service(image, started, command);
		log.info(await runService(container, options, {
			host: await this.host(),
			clock: {
				now,
				sleep
			}
		}));
	}
	#containerName() {
		return `native-multiarch-${this.session.uniqueId()}`;
	}
	async push(image, reference) {
		const { log, sleep = wait, signal } = this.session.options;
		const { registry } = reference.repository;
		for (let tries = 1;; tries++) {
			const result = await this.runPush(image, reference);
			if (result.code === 0) return;
			const error = this.session.failure(result, {
				doing: "push",
				registry,
				caCertificate: this.session.options.caCertificate !== void 0
			});
			if (!([
				"E_NETWORK",
				"E_RATE_LIMITED",
				"E_REGISTRY"
			].includes(error.code) && passing.test(error.message)) || tries === maxPushes) throw error;
			const ms = 2e3 * 4 ** (tries - 1);
			log.warning(`push to ${registry} failed (${error.message}); trying again in ${ms / 1e3} s`);
			await sleep(ms);
			signal?.throwIfAborted();
		}
	}
	async close() {
		await this.session.close();
	}
};
function wait(ms) {
	return new Promise((resolve) => {
		setTimeout(resolve, ms);
	});
}

// src/engines/process/streams.ts
/**
* What an engine's command prints, as it comes; where that is not read to its end, the command is ended.
* @throws E_ENGINE as the engine's words tell, once all that came was given
*/
async function* printed(session, args) {
	const output = new PassThrough();
	yield* outcome(session, output, async (stop) => session.tell(args, {
		output,
		stop
	}).finally(() => output.end()));
}
/**
* What an engine's command writes to a path, as it comes: the path is a FIFO, and nothing is stored.
* @param args the command, given the path
* @throws E_ENGINE_MISSING without mkfifo; else as {@link printed} does
*/
async function* writtenTo(session, args) {
	const path = join(await session.folder(), `${session.uniqueId()}.tar`);
	await makeFifo(session, path);
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	const reader = new Socket({
		fd,
		readable: true,
		writable: false
	});
	const holder = openSync(path, constants.O_WRONLY);
	try {
		yield* outcome(session, reader, async (stop) => session.tell(args(path), { stop }).finally(() => {
			closeSync(holder);
		}));
	} finally {
		await rm(path, { force: true });
	}
}
async function makeFifo(session, path) {
	const tool = await findTool("mkfifo", session.options.env["PATH"]);
	if (tool === void 0) throw new CodedError("E_ENGINE_MISSING", "there is no mkfifo on PATH", { hint: "install coreutils, whose programs every engine needs" });
	const made = await session.ask([
		"-m",
		"600",
		path
	], { tool });
	if (made.code !== 0) throw session.failure(made, { doing: "ask" });
}
async function* outcome(session, source, start) {
	const stop = new AbortController();
	const running = start(stop.signal);
	running.catch(() => void 0);
	let isWhole = false;
	try {
		for await (const chunk of source) yield chunk;
		isWhole = true;
	} finally {
		if (!isWhole) {
			stop.abort();
			source.destroy();
			await running.catch(() => void 0);
		}
	}
	const result = await running;
	if (result.code !== 0) throw session.failure(result, { doing: "ask" });
}

// src/engines/request/build-args.ts
/** `user:password@` in a URL. */
const hasPassword = /\/\/[^/@\s]*:[^/@\s]*@/;
/**
* Build arguments for the command line. The value of one that looks like a secret goes by the environment: anybody on the machine
* can read argument vectors.
*/
function buildArgFlags(values) {
	const args = [];
	const env = {};
	for (const [name, value] of Object.entries(values)) {
		const hidden = looksSecret(name) || hasPassword.test(value);
		if (hidden) env[name] = value;
		args.push("--build-arg", hidden ? name : `${name}=${value}`);
	}
	return {
		args,
		env
	};
}

// src/engines/smoke/service-container.ts
const program = "relay";
const importMs = 12e4;
/** A service in a container of Docker or podman. What asks it runs in a container of its own, which has the network of the first. */
var NamedService = class {
	#session;
	#name;
	#words;
	#relay;
	#asked = 0;
	constructor(session, name, words) {
		this.#session = session;
		this.#name = name;
		this.#words = words;
	}
	run() {
		return this.#words.run();
	}
	async isUp() {
		const question = [
			"container",
			"inspect",
			"--format",
			"{{.State.Running}}",
			this.#name
		];
		return (await this.#session.ask(question)).stdout.trim() === "true";
	}
	async beside(relay, input, timeoutMs) {
		this.#relay ??= this.#import(relay);
		const imported = await this.#relay;
		if (imported.code !== 0) throw this.#session.failure(imported, { doing: "ask" });
		this.#asked += 1;
		const name = `${this.#name}-${this.#asked}`;
		const flags = [
			"--rm",
			"--interactive",
			"--name",
			name,
			"--network",
			`container:${this.#name}`
		];
		await this.#session.note("container", name);
		let isDone = false;
		try {
			const args = [
				...this.#words.global(),
				"run",
				...flags,
				"--pull",
				"never",
				...this.#words.beside()
			];
			const result = await this.#session.ask([
				...args,
				this.#image,
				`/${program}`
			], {
				input,
				timeoutMs
			});
			isDone = result.ended === void 0;
			return result;
		} finally {
			if (!isDone) await this.#removeContainer(name);
			await this.#session.strike(name);
		}
	}
	async inside(command, timeoutMs) {
		return this.#session.ask([
			...this.#words.global(),
			"exec",
			this.#name,
			...command
		], { timeoutMs });
	}
	async remove() {
		await this.#removeContainer(this.#name);
		if (this.#relay === void 0) return;
		await this.#session.ask([
			"image",
			"rm",
			this.#image
		], { evenIfAborted: true });
		await this.#session.strike(this.#image);
	}
	/** One that is gone already is what was wanted. */
	async #removeContainer(name) {
		await this.#session.ask([
			"rm",
			"--force",
			name
		], { evenIfAborted: true });
	}
	get #image() {
		return `localhost/native-multiarch:${this.#name.slice(this.#name.lastIndexOf("-") + 1)}-${program}`;
	}
	/** An image of one file, which needs neither a build nor a pull. */
	async #import(relay) {
		await this.#session.note("image", this.#image);
		const header = tarHeader({
			path: program,
			kind: "file",
			mode: 493,
			size: relay.length
		}, 0);
		const input = Buffer.concat([
			header,
			relay,
			padding(relay.length),
			tarEnd
		]);
		const args = [
			"import",
			...this.#words.importing,
			"-",
			this.#image
		];
		const env = { TMPDIR: await this.#session.folder() };
		return this.#session.ask(args, {
			input,
			timeoutMs: importMs,
			env
		});
	}
};

// src/engines/request/cache-scope.ts
/**
* The part of a cache that is one platform's own, since legs of several platforms would overwrite each other's. To read from, it is that
* part and then, where the cache is an image, that image as it was given.
*/
function cacheOfPlatform(cache, platform, direction) {
	const suffix = formatPlatform(platform).replaceAll("/", "-");
	const { type, attributes } = cache;
	const withValue = (key, value) => ({
		type,
		attributes: {
			...attributes,
			[key]: value
		}
	});
	switch (type) {
		case "gha": return [withValue("scope", `${attributes["scope"] ?? "buildkit"}-${suffix}`)];
		case "s3":
		case "azblob": return [withValue("name", `${attributes["name"] ?? "buildkit"}-${suffix}`)];
		case "local": {
			const key = direction === "from" ? "src" : "dest";
			const folder = attributes[key];
			return folder === void 0 ? [cache] : [withValue(key, `${folder.replace(/\/+$/u, "")}/${suffix}`)];
		}
		case "registry": {
			const ref = attributes["ref"];
			if (ref === void 0 || ref.includes("@")) return [cache];
			const own = withValue("ref", `${/:[^/]+$/u.test(ref) ? ref : `${ref}:latest`}-${suffix}`);
			return direction === "from" ? [own, cache] : [own];
		}
		default: return [cache];
	}
}

// src/engines/request/common-arguments.ts
/** What every engine of containers is told in the same words. */
function commonArguments({ labels }, source) {
	const { target, noCache, addHosts = [], shmSize, ulimit = [] } = source;
	return [
		...optional("--target", target),
		...pairs("--label", labels),
		...noCache === true ? ["--no-cache"] : [],
		...addHosts.flatMap((host) => ["--add-host", host]),
		...optional("--shm-size", shmSize),
		...ulimit.flatMap((limit) => ["--ulimit", limit])
	];
}
/** A flag and its value, where there is one. */
function optional(flag, value) {
	return value === void 0 ? [] : [flag, value];
}
/** The flag once for each `name=value`. */
function pairs(flag, values = {}) {
	return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}

// src/engines/request/secrets.ts
/** The kernel takes no longer string in an environment than 128 KiB. */
const maxVariable = 102400;
/** BuildKit takes no more. */
const maxSecret = 512e3;
const minMasked = 4;
/**
* Secrets for a build command: by environment, in variables that only this child has; by a file of ours (0600) where they are too
* long for that; and files where they are. Never as arguments: anybody on the machine can read those.
* @param folder of ours alone (0700), removed when the engine is closed
* @param by `file` for engines that write what is in their environment into files of their own, which stay when they are killed
* @throws E_INPUT for what is not there
*/
async function secretArguments(secrets, options, folder, by = "environment") {
	const args = [];
	const env = {};
	const ids = /* @__PURE__ */ new Set();
	for (const [index, { id, from }] of secrets.entries()) {
		if (ids.has(id)) throw new CodedError("E_INPUT", `secret ${quote(id)} is given twice`, { hint: "give it once" });
		ids.add(id);
		if (from.kind === "file") {
			args.push("--secret", fileArgument(id, await secretFile(id, from.path, options)));
			continue;
		}
		const value = secretValue(id, from, options);
		if (value === void 0) continue;
		if (by === "environment" && Buffer.byteLength(value) <= maxVariable) {
			const variable = `NATIVE_MULTIARCH_SECRET_${index}`;
			env[variable] = value;
			args.push("--secret", `id=${id},env=${variable}`);
		} else {
			const file = join(await mkdtemp(join(await folder(), "secret-")), "value");
			await writeFile(file, value, {
				mode: 384,
				flag: "wx"
			});
			args.push("--secret", fileArgument(id, file));
		}
	}
	return {
		args,
		env
	};
}
/** The type is said: podman takes a file for a variable where there is one of that name. */
function fileArgument(id, path) {
	return `id=${id},type=file,src=${path}`;
}
/** `undefined` for an empty one: what a pull request from a fork gets of the repository's secrets. */
function secretValue(id, from, { env, log }) {
	const value = from.kind === "value" ? from.value : env[from.variable];
	if (value === void 0) throw new CodedError("E_INPUT", `secret ${quote(id)} is to come from ${from.kind === "environment" ? from.variable : ""}, which is not in the environment`, { hint: "set it in env of the step" });
	if (value === "") {
		log.warning(`secret ${quote(id)} is empty, and left out of the build`);
		return;
	}
	if (Buffer.byteLength(value) > maxSecret) throw new CodedError("E_INPUT", `secret ${quote(id)} has more than 500 KiB`, { hint: "secrets are small" });
	mask(value, log);
	return value;
}
async function secretFile(id, path, { cwd, log }) {
	const real = await realFile(`secret ${quote(id)}`, path, cwd);
	if (/[,"\n]/u.test(real)) throw new CodedError("E_INPUT", `secret ${quote(id)} is in ${quote(real)}, whose name engines misread`, { hint: "use a path without commas, quotes and newlines" });
	if ((await stat(real)).size > maxSecret) throw new CodedError("E_INPUT", `secret ${quote(id)} has more than 500 KiB`, { hint: "secrets are small" });
	mask(await readFile(real, "utf8"), log);
	return real;
}
/** Whole, and each line by itself: a log is masked line by line. */
function mask(value, log) {
	for (const part of new Set([value, ...value.split(/\r\n|\r|\n/u)].map((each) => each.trim()))) if (part.length >= minMasked) log.secret(part);
}

// src/engines/docker/docker-arguments.ts
/** The first that has BuildKit 0.11. https://github.com/moby/buildkit/blob/master/docs/build-repro.md */
const sourceDateSince = "23.0";
/**
* The inputs of a build in the words of `docker build`. https://docs.docker.com/reference/cli/docker/buildx/build/
* @throws E_INPUT for secrets that are not there
*/
async function dockerArguments({ request, source }, { builder, version, options, folder }) {
	const secrets = await secretArguments(source.secrets ?? [], options, folder);
	const { cacheFrom = [], cacheTo = [] } = source;
	return {
		args: [
			...commonArguments(request, source),
			...optional("--network", source.network),
			...pairs("--build-context", source.buildContexts),
			...secrets.args,
			...(source.ssh ?? []).flatMap((ssh) => ["--ssh", ssh]),
			...cacheFrom.flatMap((cache) => cacheOfPlatform(cache, request.platform, "from")).flatMap(({ attributes: { ref = "" } }) => ["--cache-from", formatReference(parseReference(ref))]),
			...cacheTo.length > 0 ? ["--build-arg", "BUILDKIT_INLINE_CACHE=1"] : [],
			...source.pull === true ? ["--pull"] : [],
			...dateArguments(source, builder, version, options),
			...source.extraArgs ?? []
		],
		env: secrets.env
	};
}
function dateArguments({ buildArgs = {} }, builder, version, { env, log }) {
	const seconds = sourceDate(env);
	if (seconds === void 0 || "SOURCE_DATE_EPOCH" in buildArgs) return [];
	if (builder === "buildkit" && isAtLeast(version, sourceDateSince)) return ["--build-arg", `SOURCE_DATE_EPOCH=${seconds}`];
	log.warning(`SOURCE_DATE_EPOCH is set, and docker ${version}${builder === "classic" ? " with its classic builder" : ""} can't give its times to the image: it came with ${sourceDateSince} and BuildKit`);
	return [];
}

// src/engines/docker/docker-builder.ts
const probeMs$1 = 18e4;
/** How a docker command of 23 or newer, and an engine without BuildKit, say that they need what is not there. */
const noBuildKit = /buildx component is missing or broken|BuildKit is enabled but|buildkit not supported by daemon/i;
/**
* BuildKit, where a docker command on PATH can use it: one of 20.10 has it built in, a newer one needs the buildx plugin, and both
* may be there. Else the classic builder. Which it is, is found out by building the probe.
*/
async function chooseBuilder(session, probe) {
	const first = await session.tool();
	const tools = await findTools("docker", session.options.env["PATH"]);
	for (const tool of tools.length > 0 ? tools : [first]) {
		const variables = { DOCKER_BUILDKIT: "1" };
		const result = await build(session, probe, {
			kind: "buildkit",
			tool,
			variables
		});
		if (result.code !== 0 && noBuildKit.test(result.stderr)) continue;
		return {
			builder: {
				kind: "buildkit",
				tool,
				variables,
				note: `docker builds with BuildKit${tool === first ? "" : ` by ${tool}, since ${first} needs the buildx plugin for it, which is not there`}`
			},
			result
		};
	}
	const builder = {
		kind: "classic",
		tool: first,
		variables: { DOCKER_BUILDKIT: "0" },
		note: "docker builds with the classic builder: BuildKit needs the buildx plugin, which is not there"
	};
	return {
		builder,
		result: await build(session, probe, builder)
	};
}
async function build(session, probe, builder) {
	const args = [
		"--no-cache",
		"--network",
		"none",
		"--platform",
		formatPlatform(probe.platform),
		"--tag",
		probe.name
	];
	return session.throwaway(probe.name, ["image", "rm"], async () => session.ask([
		"build",
		...args,
		...builder.kind === "classic" ? ["--force-rm"] : [],
		probe.folder
	], {
		env: builder.variables,
		tool: builder.tool,
		timeoutMs: probeMs$1
	}));
}

// src/engines/request/dockerfile.ts
/**
* The build arguments that BuildKit, podman and buildah set by themselves, for a builder that does not: those that the
* Dockerfile declares with ARG, since others would be warned about.
* https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
*/
function automaticArguments(dockerfile, target, build) {
	const all = {
		...platformArguments("TARGET", target),
		...platformArguments("BUILD", build)
	};
	return Object.fromEntries(Object.entries(all).filter(([name]) => declares(dockerfile, name)));
}
function platformArguments(prefix, { os, architecture, variant }) {
	return {
		[`${prefix}PLATFORM`]: [
			os,
			architecture,
			...variant === void 0 ? [] : [variant]
		].join("/"),
		[`${prefix}OS`]: os,
		[`${prefix}ARCH`]: architecture,
		[`${prefix}VARIANT`]: variant ?? ""
	};
}
/** `ARG NAME`, also among others on one line; a default of the Dockerfile's own does not count against it. */
function declares(dockerfile, name) {
	return new RegExp(`^[ \\t]*ARG[ \\t](?:.*[ \\t])?${name}(?:[= \\t\\r]|$)`, "im").test(dockerfile);
}
const automaticNames = ["TARGET", "BUILD"].flatMap((prefix) => [
	"PLATFORM",
	"OS",
	"ARCH",
	"VARIANT"
].map((part) => `${prefix}${part}`));
/**
* The Dockerfile with an ARG, before its first FROM, for each automatic argument that a FROM line uses and nobody declares there:
* `FROM --platform=$BUILDPLATFORM` is all that BuildKit, podman and buildah need, and an error for the classic builder.
*/
function withGlobalArguments(dockerfile) {
	const first = /^[ \t]*FROM[ \t]/im.exec(dockerfile);
	if (first === null) return dockerfile;
	const head = dockerfile.slice(0, first.index);
	const stages = [...dockerfile.matchAll(/^[ \t]*FROM[ \t].*$/gim)].map(([line]) => line).join("\n");
	return `${head}${automaticNames.filter((name) => new RegExp(`\\$(?:${name}\\b|\\{${name}\\b)`).test(stages) && !declares(head, name)).map((name) => `ARG ${name}\n`).join("")}${dockerfile.slice(first.index)}`;
}

// src/engines/docker/docker-classic.ts
/**
* The Dockerfile with the platform arguments that the classic builder does not know of, and their values.
* @throws E_UNSUPPORTED for stages of several platforms, which that builder can't hold apart
*/
async function completedForClassic(session, file, target, build) {
	const text = await readFile(file, "utf8");
	if (!samePlatform(target, build) && /^[ \t]*FROM[ \t]+--platform=/im.test(text)) throw new CodedError("E_UNSUPPORTED", `Docker's classic builder can't build stages of several platforms, as this Dockerfile has them for ${formatPlatform(target)}`, { hint: "install the buildx plugin (docker-buildx-plugin), so that docker builds with BuildKit; or use engine: podman or buildah" });
	const completed = withGlobalArguments(text);
	const automatic = automaticArguments(completed, target, build);
	if (completed === text) return {
		file,
		automatic
	};
	const folder = await session.folderWith(session.uniqueId(), { Dockerfile: completed });
	return {
		file: join(folder, "Dockerfile"),
		automatic
	};
}
/**
* Where images are in containerd's store, that builder makes them of OCI's format alone. https://docs.docker.com/engine/storage/containerd/
* @param info what the engine says of itself
* @throws E_UNSUPPORTED
*/
function refuseForContainerd(info) {
	if (!(info.get("DriverStatus").optional((field) => field.items(100)) ?? []).flatMap((fact) => fact.strings(10)).some((word) => word.startsWith("io.containerd.snapshotter"))) return;
	throw new CodedError("E_UNSUPPORTED", "format docker can't be honoured by Docker's classic builder where images are in containerd's store: it makes them of OCI's format", { hint: "install the buildx plugin (docker-buildx-plugin), so that docker builds with BuildKit; or leave format out" });
}

// src/engines/docker/docker-host.ts
/**
* The Docker Engine that the docker command leads to, here or elsewhere. https://docs.docker.com/reference/cli/docker/version/
* @throws E_ENGINE where it does not answer, and where podman stands in for docker
*/
async function askDocker(session) {
	const answer = await session.ask([
		"version",
		"--format",
		"{{json .}}"
	]);
	if (answer.code !== 0) {
		if (/podman/i.test(answer.stderr) && !/Docker daemon/.test(answer.stderr)) throw await isPodman(session);
		throw session.failure(answer, { doing: "ask" });
	}
	const server = (await parsed(session, answer.stdout)).get("Server");
	if ((server.get("Components").optional((field) => field.items(50)) ?? []).some((one) => /podman/i.test(one.get("Name").optional((name) => name.string()) ?? ""))) throw await isPodman(session);
	const number = server.get("Version").string({ maxLength: 100 });
	const platform = normalisePlatform({
		os: server.get("Os").string(),
		architecture: server.get("Arch").string()
	});
	tellOfCertificates(session);
	return {
		version: number,
		label: `docker ${number.replace(/\+.*$/, "")}`,
		platform
	};
}
/**
* Whether the engine is on this machine, as its address tells: that of DOCKER_HOST, else of the context that is in use, which a file of
* the user's may name as well as DOCKER_CONTEXT.
*/
async function isHere(session) {
	const told = session.options.env["DOCKER_HOST"] ?? "";
	return isLocalAddress(told === "" ? (await session.ask([
		"context",
		"inspect",
		"--format",
		"{{.Endpoints.docker.Host}}"
	])).stdout.trim() : told);
}
/** An empty one is the engine's own default. */
function isLocalAddress(address) {
	return address === "" || address.startsWith("unix:");
}
async function parsed(session, text) {
	const field = parseFields(Buffer.from(text), "the answer of docker version", {
		code: "E_ENGINE",
		maxDepth: 20
	});
	if (field.get("Server").absent) throw await isPodman(session);
	return field;
}
async function isPodman(session) {
	const answer = await session.ask(["--version"]);
	return new CodedError("E_ENGINE", `${await session.tool()} leads to podman, not to a Docker Engine (${answer.stdout.trim().slice(0, 80)})`, { hint: "use engine: podman" });
}
function tellOfCertificates({ options: { caCertificate, insecureRegistries = [], log } }) {
	if (caCertificate !== void 0) log.info("the Docker daemon has its own certificates: ca-certificate reaches our own requests, and the daemon's pushes need /etc/docker/certs.d/<registry>/ca.crt");
	if (insecureRegistries.length > 0) log.info("the Docker daemon has its own list of insecure registries, in daemon.json; loopback is always on it");
}

// src/engines/docker/docker.ts
const dockerCapabilities = {
	source: "dockerfile",
	modes: [
		"native",
		"emulate",
		"cross"
	],
	smokeTest: true,
	pushesBy: "engine",
	caCertificate: false,
	insecureRegistries: "loopback"
};
/** A Docker Engine, by its own command. https://docs.docker.com/reference/cli/docker/ */
var DockerEngine = class extends DockerfileEngine {
	capabilities = dockerCapabilities;
	dockerfileNames = ["Dockerfile"];
	#builder;
	/** Known once the host was asked. */
	#local;
	/** The version of the command that builds. */
	#client;
	#info;
	#configured;
	constructor(options) {
		super("docker", new Session("docker", "docker", options));
	}
	runPrivileged = async (image, args) => {
		await this.#configure();
		return this.session.tell([
			"run",
			"--rm",
			"--privileged",
			"--network",
			"none",
			image,
			...args
		]);
	};
	dialect() {
		return this.#builder?.kind === "classic" ? "docker-classic" : "docker";
	}
	isLocal() {
		return this.#local ?? isLocalAddress(this.session.options.env["DOCKER_HOST"] ?? "");
	}
	async askHost() {
		const host = await askDocker(this.session);
		this.#local = await isHere(this.session);
		return host;
	}
	/** Credentials that were given to us, in a configuration of our own. */
	#configure() {
		this.#configured ??= (async () => {
			const { logins = [], env } = this.session.options;
			Object.assign(this.session.variables, {
				BUILDX_BUILDER: "default",
				BUILDX_NO_DEFAULT_ATTESTATIONS: "1"
			});
			if (logins.length === 0) return;
			const folder = join(await this.session.folder(), "docker");
			Object.assign(this.session.variables, await writeDockerConfig(folder, logins, env));
		})();
		return this.#configured;
	}
	async tryProgram(folder, platform, name) {
		await this.#configure();
		const { builder, result } = await chooseBuilder(this.session, {
			folder,
			platform,
			name
		});
		if (result.code === 0) {
			this.#builder = builder;
			const answer = await this.session.ask(["--version"], { tool: builder.tool });
			this.#client = /\d+(?:\.\d+)+/u.exec(answer.stdout)?.[0];
		}
		return {
			result,
			notes: result.code === 0 ? [builder.note] : []
		};
	}
	/** An option has to be known to the engine and to the command that asks it. */
	optionVersion({ version }) {
		const client = this.#client ?? version;
		return isAtLeast(client, version) ? version : client;
	}
	async runBuild({ request, source, paths, name, idFile }) {
		const builder = this.#builder;
		if (builder === void 0) throw new CodedError("E_INTERNAL", "docker builds before its preflight");
		const host = await this.host();
		if (builder.kind === "classic" && source.format === "docker") refuseForContainerd(await this.#askInfo());
		const given = source.buildArgs ?? {};
		const { file, automatic } = builder.kind === "classic" ? await completedForClassic(this.session, paths.file, request.platform, host.platform) : {
			file: paths.file,
			automatic: {}
		};
		const { args, env } = buildArgFlags({
			...automatic,
			...given
		});
		const told = await dockerArguments({
			request,
			source
		}, {
			builder: builder.kind,
			version: this.optionVersion(host),
			options: this.session.options,
			folder: () => this.session.folder()
		});
		return this.session.tell([
			"build",
			...builder.kind === "buildkit" ? ["--progress", "plain"] : ["--force-rm"],
			...[
				"--platform",
				formatPlatform(request.platform),
				"--file",
				file,
				"--tag",
				name,
				"--iidfile",
				idFile
			],
			...args,
			...told.args,
			paths.context
		], {
			env: {
				...env,
				...told.env,
				...builder.variables
			},
			tool: builder.tool
		});
	}
	/** With containerd's image store an image is known by its manifest, and the id that is written down may be its config's. */
	async builtImage(order) {
		const built = await super.builtImage(order);
		const question = [
			"image",
			"inspect",
			"--format",
			"{{.Id}}",
			built.name
		];
		const id = await storedImageId(this.session, question);
		if (id !== void 0) return {
			...built,
			id
		};
		throw new CodedError("E_ENGINE", `docker built ${built.id}, and has no image ${built.name}`, { hint: "see that nobody else removes images of this Docker Engine while a leg builds" });
	}
	hasImage(reference, platform) {
		const question = [
			"image",
			"inspect",
			"--format",
			"{{.Os}}/{{.Architecture}}",
			reference
		];
		return isStoredFor(this.session, question, platform);
	}
	prunes() {
		return this.#builder?.kind !== "classic";
	}
	/** Mirrors of a Docker Engine are for Docker Hub alone. https://docs.docker.com/docker-hub/image-library/mirror/ */
	async pullSource(reference) {
		const { registry } = parseReference(reference).repository;
		if (!this.isLocal() && isLoopback(registry)) return void 0;
		const some = (await this.#askInfo()).get("RegistryConfig").get("Mirrors").optional((field) => field.items(50)) ?? [];
		return {
			name: reference,
			isMirrored: registry === "docker.io" && some.length > 0
		};
	}
	async storage() {
		if (!this.isLocal()) return void 0;
		return (await this.#askInfo()).get("DockerRootDir").optional((field) => field.string());
	}
	#askInfo() {
		this.#info ??= this.session.askJson([
			"info",
			"--format",
			"{{json .}}"
		], "the answer of docker info");
		return this.#info;
	}
	async platformOf(image) {
		const found = await this.session.askJson([
			"image",
			"inspect",
			"--format",
			"{{json .}}",
			image.id
		], "the answer of docker image inspect");
		const text = (key) => found.get(key).optional((field) => field.string());
		return normalisePlatform({
			os: found.get("Os").string(),
			architecture: found.get("Architecture").string(),
			variant: text("Variant")
		});
	}
	/** One that has no name gets one: Docker pushes by name, and deletes an image with its last name. */
	async adopt(name) {
		const inspect = [
			"image",
			"inspect",
			"--format"
		];
		const id = await storedImageId(this.session, [
			...inspect,
			"{{.Id}}",
			name
		]);
		if (id === void 0) return void 0;
		const names = await this.session.ask([
			...inspect,
			"{{len .RepoTags}}",
			id
		]);
		if (names.code !== 0) throw this.session.failure(names, { doing: "ask" });
		if (names.stdout.trim() === "0") {
			const own = `localhost/native-multiarch-adopted:${id.slice(7, 19)}`;
			const named = await this.session.ask([
				"image",
				"tag",
				id,
				own
			]);
			if (named.code !== 0) throw this.session.failure(named, { doing: "ask" });
			this.session.options.log.info(`${name} had no name, and keeps the one that it got now: ${own}`);
		}
		return {
			engine: this.name,
			id,
			name
		};
	}
	archive(image) {
		return printed(this.session, ["save", image.id]);
	}
	/** @param program absent: the image's own */
	async runCommand(image, program, options) {
		const { name } = options;
		const flags = [
			"--rm",
			"--name",
			name,
			"--network",
			"none",
			"--pull",
			"never",
			"--no-healthcheck"
		];
		const platform = ["--platform", formatPlatform(options.platform)];
		const [first, ...rest] = program ?? [];
		const entrypoint = first === void 0 ? [] : ["--entrypoint", first];
		await this.session.note("container", name);
		try {
			return await this.session.tell([
				"run",
				...flags,
				...platform,
				...entrypoint,
				image.id,
				...rest
			], { timeoutMs: options.timeoutMs });
		} finally {
			await this.session.ask([
				"rm",
				"--force",
				name
			], { evenIfAborted: true });
			await this.session.strike(name);
		}
	}
	async service(image, options) {
		const own = ["--platform", formatPlatform((await this.host()).platform)];
		return new NamedService(this.session, options.name, {
			run: () => this.runCommand(image, void 0, options),
			global: () => [],
			importing: own,
			beside: () => own
		});
	}
	async runPush(image, reference) {
		await this.#configure();
		return pushByName(this.session, image, formatReference(reference));
	}
	async remove(image) {
		const keep = this.#builder?.kind === "classic" ? ["--no-prune"] : [];
		const answer = await this.session.ask([
			"image",
			"rm",
			...keep,
			image.name
		], { evenIfAborted: true });
		await this.session.strike(image.name);
		if (answer.code !== 0 && !/No such image/i.test(answer.stderr)) this.session.options.log.warning(`${image.name} was not removed: ${answer.stderr.trim().slice(0, 300)}`);
	}
};

// src/engines/stored/stored-layout.ts
/** Deeper than an index of images goes no builder. */
const maxDepth = 2;
/**
* Reads the one image of an OCI image layout that an engine has just written. https://github.com/opencontainers/image-spec/blob/main/image-layout.md
* @throws E_ENGINE for what is no such layout, E_MANIFEST, E_DIGEST_MISMATCH for what is not what its name says
*/
async function readStoredLayout(folder) {
	const index = await readDocument(join(folder, "index.json"), "an OCI image layout");
	const entries = parseFields(index, "index.json of the built image", {
		code: "E_ENGINE",
		maxDepth: 20
	}).get("manifests").items(2).map(readDescriptor);
	const [entry, other] = entries;
	if (entry === void 0 || other !== void 0) throw new CodedError("E_ENGINE", `the engine wrote ${entries.length} images where one was to be`, { hint: "build one platform a leg" });
	const found = {
		children: [],
		blobs: /* @__PURE__ */ new Map(),
		images: []
	};
	const top = await collect(folder, entry, found, 0);
	const [image, second] = found.images;
	if (image === void 0 || second !== void 0) throw new CodedError("E_ENGINE", `the engine wrote ${found.images.length} images where one was to be`, { hint: "build one platform a leg" });
	const config = await readBlob(folder, image.image.config.digest);
	return {
		top,
		children: found.children.slice(0, -1),
		blobs: [...found.blobs.values()],
		runnable: {
			...image,
			config: parseImageConfig(config, `config of ${image.manifest.digest}`)
		}
	};
}
async function collect(folder, entry, found, depth) {
	const manifest = {
		bytes: await readBlob(folder, entry.digest),
		digest: entry.digest,
		mediaType: entry.mediaType
	};
	const parsed = parseManifest(manifest);
	if (parsed.kind === "index") {
		if (depth >= maxDepth) throw new CodedError("E_ENGINE", `the engine wrote an index in an index (${entry.digest})`);
		for (const child of parsed.manifests) await collect(folder, child, found, depth + 1);
	} else {
		for (const { digest, size, mediaType } of [...parsed.layers, parsed.config]) found.blobs.set(digest, {
			digest,
			size,
			mediaType,
			open: () => createReadStream(blobFile(folder, digest))
		});
		if (!isAttestation(entry)) found.images.push({
			manifest,
			image: parsed
		});
	}
	found.children.push(manifest);
	return manifest;
}
function blobFile(folder, digest) {
	return join(folder, "blobs", ...digest.split(":"));
}
/** @throws E_DIGEST_MISMATCH, and as {@link readDocument} does */
async function readBlob(folder, digest) {
	const bytes = await readDocument(blobFile(folder, digest), digest);
	if (digestOf(bytes) === digest) return bytes;
	throw new CodedError("E_DIGEST_MISMATCH", `the engine wrote other bytes than ${digest} under that name`);
}
/**
* A whole document that the engine has just written.
* @param what it is, for the error
* @throws E_ENGINE where it is not there, E_MANIFEST over 4 MiB
*/
async function readDocument(path, what) {
	try {
		const { size } = await stat(path);
		if (size > 4194304) throw new CodedError("E_MANIFEST", `the engine wrote ${what} in a document of ${size} bytes`);
		return await readFile(path);
	} catch (error) {
		if (error instanceof CodedError) throw error;
		throw new CodedError("E_ENGINE", `the engine did not write ${what}`, {
			hint: "see what it said above",
			cause: error
		});
	}
}

// src/engines/stored/stored-folder.ts
/**
* Has podman or buildah write an image to a folder, and pushes what is in it with our own client, by its digest.
* @param packing arguments that make the engine pack layers as for a registry
* @throws E_UNSUPPORTED for an engine elsewhere, whose folders are not ours to read
*/
async function pushFromFolder(session, image, repository, { packing, isLocal }) {
	if (!isLocal) throw noDigestPushElsewhere(session);
	const folder = join(await session.folder(), `${session.uniqueId()}-image`);
	try {
		const written = await session.tell([
			"push",
			...packing,
			image,
			`dir:${folder}`
		]);
		if (written.code !== 0) throw session.failure(written, { doing: "ask" });
		const stored = await readStoredFolder(folder);
		await pushStored(stored, { repository }, session.options);
		return stored.top.digest;
	} finally {
		await rm(folder, {
			recursive: true,
			force: true
		});
	}
}
/** Why an engine on another machine can't do that. */
function noDigestPushElsewhere({ name }) {
	return new CodedError("E_UNSUPPORTED", `arch-tag none: ${name} elsewhere pushes by name only`, { hint: "let each leg push a tag ({tag}-{arch} is the default)" });
}
/**
* One image as podman and buildah write it to `dir:folder`: its manifest as it would be pushed, in whichever format, and a file for each blob.
* https://github.com/containers/image/blob/main/docs/containers-transports.5.md
* @throws E_ENGINE, E_MANIFEST
*/
async function readStoredFolder(folder) {
	const bytes = await readDocument(join(folder, "manifest.json"), "the manifest of the built image");
	const mediaType = parseFields(bytes, "the manifest of the built image", {
		code: "E_ENGINE",
		maxDepth: 20
	}).get("mediaType").optional((field) => field.string()) ?? mediaTypes.ociManifest;
	const top = {
		bytes,
		digest: digestOf(bytes),
		mediaType
	};
	const image = parseManifest(top);
	if (image.kind !== "image") throw new CodedError("E_ENGINE", "the engine wrote a list where one image was to be", { hint: "build one platform a leg" });
	return {
		top,
		children: [],
		blobs: [...new Map([...image.layers, image.config].map((blob) => [blob.digest, blob])).values()].map(({ digest, size, mediaType: type }) => ({
			digest,
			size,
			mediaType: type,
			open: () => createReadStream(join(folder, hexOf(digest)))
		}))
	};
}
function hexOf(digest) {
	return digest.slice(digest.indexOf(":") + 1);
}

// src/engines/containers/limits.ts
/** podman's and buildah's own are those of the machine or higher, which a container may not always have. */
const modestLimits = [...["--ulimit", "nofile=1024:1024"], ...["--ulimit", "nproc=1024:1024"]];
/** Those of {@link modestLimits} that are not asked for in another way. */
function otherLimits(asked) {
	const names = asked.map((limit) => limit.split("=", 1)[0]);
	return modestLimits.filter((word) => word !== "--ulimit" && !names.includes(word.split("=", 1)[0])).flatMap((limit) => ["--ulimit", limit]);
}

// src/engines/containers/arrangement.ts
/**
* What to try, in the order of how much it keeps apart: the engine's own way, runc, and last a chroot. Where the user has set
* BUILDAH_ISOLATION, no other isolation is tried.
*/
async function arrangementsToTry(env) {
	const runc = await findTool("runc", env["PATH"]);
	const own = env["BUILDAH_ISOLATION"] ?? "";
	return [
		{},
		...runc === void 0 || own === "chroot" ? [] : [{ runtime: runc }],
		...own === "" ? [{ isolation: "chroot" }] : []
	];
}
/**
* The arrangement that worked, for a person: `runc and BUILDAH_ISOLATION=chroot ..., since crun said so`.
* @param refused why those before it did not work
* @returns `undefined` for the engine's own way
*/
function describeArrangement({ runtime, isolation, limits }, refused) {
	const used = [
		...runtime === void 0 ? [] : [runtime],
		...isolation === void 0 ? [] : [`BUILDAH_ISOLATION=${isolation}, with the host's network in RUN steps`],
		...limits === void 0 ? [] : [modestLimits.join(" ")]
	];
	const why = refused.length === 0 ? "" : `, since ${[...new Set(refused)].join("; then ")}`;
	return used.length === 0 ? void 0 : `${used.join(" and ")}${why}`;
}

// src/engines/containers/containers-arguments.ts
/**
* The inputs of a build in the words of podman and buildah. https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md
* @throws E_UNSUPPORTED for inputs that don't go together here; E_INPUT for secrets that are not there
*/
async function containersArguments({ request, source }, circumstances) {
	const { options, folder, engine } = circumstances;
	const format = imageFormat(source, options.env);
	refuseCombinations(source, format, circumstances);
	const secrets = await secretArguments(source.secrets ?? [], options, folder, "file");
	const seconds = sourceDate(options.env);
	return {
		args: [
			...["--format", format],
			...engine === "buildah" ? removal(source) : [],
			...commonArguments(request, source),
			...pairs("--annotation", source.annotations),
			...pairs("--build-context", source.buildContexts),
			...secrets.args,
			...(source.ssh ?? []).flatMap((ssh) => ["--ssh", ssh]),
			...cacheArguments(source, request.platform, engine),
			...source.pull === true ? ["--pull-always"] : [],
			...seconds === void 0 ? [] : ["--timestamp", String(seconds)],
			...(source.outputs ?? []).flatMap((output) => ["--output", checkedOutput(output, options)]),
			...source.extraArgs ?? []
		],
		env: secrets.env
	};
}
/** `auto` is OCI, unless whoever runs the machine says otherwise in the engine's own way. */
function imageFormat({ format }, env) {
	if (format !== void 0) return format;
	return /^(?:docker|v2s[12]|application\/vnd\.docker\..*)$/u.test(env["BUILDAH_FORMAT"] ?? "") ? "docker" : "oci";
}
function refuseCombinations(source, format, { engine, isChroot }) {
	const errors = [];
	const refuse = (message, hint) => errors.push(new CodedError("E_UNSUPPORTED", message, { hint }));
	if (format === "oci" && (source.dockerOnly ?? []).length > 0) refuse(`${engine} makes an image in OCI format, which would lose ${(source.dockerOnly ?? []).join(", ")}`, "set format: docker, on every leg of the list; or take the instruction out (HEALTHCHECK NONE takes away that of a base image)");
	if (format === "docker" && Object.keys(source.annotations ?? {}).length > 0) refuse("annotations can't be in an image of Docker's format", "set format: oci, or leave annotations out");
	if (isChroot && source.shmSize !== void 0) refuse(`shm-size ${quote(source.shmSize)} can't be had from ${engine} in chroot isolation, where RUN steps have the host's /dev/shm`, "leave shm-size out; or use a machine, or an engine, that can start containers");
	if (source.network === "none" && (source.addHosts ?? []).length > 0) refuse(`add-hosts can't be had from ${engine} with network none, where RUN steps have no /etc/hosts of the engine's`, "leave one of the two out; or use docker or buildx");
	if (errors.length > 0) throw joinErrors(errors);
}
/** podman removes the containers of a build that failed by itself; buildah takes the word for it only beside one of these. */
function removal({ noCache, cacheFrom = [], cacheTo = [] }) {
	return noCache === true || cacheFrom.length + cacheTo.length > 0 ? ["--force-rm"] : [];
}
/** They keep every layer of a cache under a tag of its own, so a cache is a whole repository, and each platform has one. */
function cacheArguments({ cacheFrom = [], cacheTo = [] }, platform, engine) {
	if (cacheFrom.length + cacheTo.length === 0) return [];
	const one = (flag) => (cache) => [flag, cacheRepository(cache, platform, engine)];
	return [
		"--layers",
		...cacheFrom.flatMap(one("--cache-from")),
		...cacheTo.flatMap(one("--cache-to"))
	];
}
function cacheRepository({ attributes }, platform, engine) {
	const { ref, mode: _mode, ...others } = attributes;
	const [other] = Object.keys(others);
	if (other !== void 0) throw new CodedError("E_UNSUPPORTED", `the cache attribute ${quote(other)} means nothing to ${engine}`, { hint: "write type=registry,ref=repository" });
	if (ref === void 0 || /[@\s,]|:[^/]*$/u.test(ref.replace(/^[^/]*:\d+\//u, "/"))) throw new CodedError("E_UNSUPPORTED", `${engine} keeps a cache in a repository of its own, and can't use ${quote(ref ?? "")}`, { hint: "name a repository without a tag, such as type=registry,ref=quay.io/acme/app-cache" });
	return `${ref}-${formatPlatform(platform).replaceAll("/", "-")}`;
}
/** `type=local,dest=folder`, `type=tar,dest=file`, or a folder alone. @throws E_UNSUPPORTED, E_INPUT */
function checkedOutput(output, { cwd, workspace }) {
	const { type, dest, ...others } = output.includes("=") ? Object.fromEntries(output.split(",").map((field) => field.split(/=(.*)/su, 2))) : {
		type: "local",
		dest: output
	};
	if (type !== "local" && type !== "tar" || dest === void 0 || dest === "-" || Object.keys(others).length > 0) throw new CodedError("E_UNSUPPORTED", `outputs has ${quote(output)}`, { hint: "podman and buildah write type=local,dest=folder and type=tar,dest=file" });
	const path = resolve(cwd, dest);
	if (workspace !== void 0 && !isInside(path, workspace)) throw new CodedError("E_INPUT", `outputs leads out of the workspace: ${quote(dest)}`, { hint: "use a path inside of the workspace" });
	return `type=${type},dest=${path}`;
}

// src/engines/containers/registries-conf.ts
/** The folders of podman's and buildah's configuration, the user's first, then the machine's, then the distribution's. */
function configFolders(env) {
	const { config } = userFolders(env);
	return [
		...config === void 0 ? [] : [join(config, "containers")],
		"/etc/containers",
		"/usr/share/containers"
	];
}
/**
* The registries.conf that counts: the first that is there.
* https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
*/
async function readRegistriesConf(env) {
	const explicit = env["CONTAINERS_REGISTRIES_CONF"] ?? "";
	const files = [...explicit === "" ? [] : [explicit], ...configFolders(env).map((folder) => join(folder, "registries.conf"))];
	for (const file of files) {
		const text = await readIfThere(file);
		if (text !== void 0) return text;
	}
}
/**
* A registries.conf in `folder` that adds these registries as insecure to what the user or the system has: so that a FROM image
* may come from there, without switching checks off for every other registry.
*/
async function writeRegistriesConf(folder, insecure, env) {
	const own = await readRegistriesConf(env) ?? "";
	const added = /^\s*\[registries\./m.test(own) ? [] : insecure.filter((registry) => !own.includes(`"${registry}"`)).map((registry) => `\n[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
	await mkdir(folder, {
		recursive: true,
		mode: 448
	});
	const path = join(folder, "registries.conf");
	await writeFile(path, `${own}\n${added.join("")}`, { mode: 384 });
	return { CONTAINERS_REGISTRIES_CONF: path };
}

// src/engines/containers/short-names.ts
/**
* Where podman and buildah would pull an image from; `undefined` where only they can tell: a short name with no alias and not one
* registry to search, or a registry that the configuration leads elsewhere.
* https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
*/
function sourceOf(reference, config) {
	const name = fullName(reference, config);
	if (name === void 0) return void 0;
	const { registry, name: full } = parseReference(name).repository;
	const about = config.registries.filter(({ prefix, location }) => {
		const from = prefix ?? location ?? "";
		return from.startsWith("*.") ? registry.endsWith(from.slice(1)) : full === from || full.startsWith(`${from}/`);
	});
	return about.some(({ prefix, location, isBlocked }) => isBlocked === true || prefix !== void 0 && location !== void 0 && prefix !== location) ? void 0 : {
		name,
		isMirrored: about.some(({ isMirrored }) => isMirrored === true)
	};
}
function fullName(reference, { aliases, searched }) {
	if (/^(?:localhost|[^/]*[.:][^/]*)\//u.test(reference)) return reference;
	const [name = "", extra = ""] = /^([^:@]+)(.*)$/u.exec(reference)?.slice(1) ?? [];
	const alias = aliases.get(name);
	if (alias !== void 0 && alias !== "") return alias + extra;
	const [only, ...more] = searched;
	return only === void 0 || more.length > 0 ? void 0 : `${only}/${reference}`;
}
/** The configuration of this user on this machine; a later file goes before an earlier one. */
async function registriesConfig(env) {
	const { cache } = userFolders(env);
	const more = await Promise.all(configFolders(env).toReversed().map(async (folder) => dropIns(join(folder, "registries.conf.d"))));
	const learnt = await Promise.all(["/var/cache/containers", ...cache === void 0 ? [] : [join(cache, "containers")]].map(async (folder) => readIfThere(join(folder, "short-name-aliases.conf"))));
	return parseRegistriesConfig([
		await readRegistriesConf(env) ?? "",
		...more.flat(),
		...learnt.map((one) => one ?? "")
	]);
}
/** In today's form, and in that of the first version. */
const searchList = /^\s*(?:unqualified-search-registries|\[registries\.search\]\s*registries)\s*=\s*\[([^\]]*)\]/mu;
/** Of TOML only what these files hold: tables, strings, and one list of strings. */
function parseRegistriesConfig(files) {
	const aliases = /* @__PURE__ */ new Map();
	const registries = [];
	let searched = [];
	for (const file of files) {
		searched = searchedBy(file) ?? searched;
		for (const { table, key, value } of linesOf(file)) {
			const registry = registries.at(-1);
			if (table === "aliases" && key !== void 0) aliases.set(key, value);
			else if (table === "registry" && key === void 0) registries.push({});
			else if (table === "registry" && registry !== void 0) set(registry, key, value);
			else if (table === "registry.mirror" && registry !== void 0) registry.isMirrored = true;
		}
	}
	return {
		aliases,
		searched,
		registries
	};
}
function set(registry, key, value) {
	if (key === "prefix" || key === "location") registry[key] = value;
	if (key === "blocked" && value === "true") registry.isBlocked = true;
}
function searchedBy(file) {
	const list = searchList.exec(file)?.[1];
	return list === void 0 ? void 0 : [...list.matchAll(/["']([^"']+)["']/gu)].map(([, registry = ""]) => registry);
}
const tableLine = /^\s*\[\[?\s*([\w.]+)\s*\]\]?\s*(?:#.*)?$/u;
const keyLine = /^\s*["']?([^"'=\s]+)["']?\s*=\s*["']?([^"'\s]*)["']?/u;
function* linesOf(file) {
	let table = "";
	for (const line of file.split("\n")) {
		const header = tableLine.exec(line)?.[1];
		const [, key, value = ""] = keyLine.exec(line) ?? [];
		table = header ?? table;
		if (header !== void 0) yield {
			table,
			value: ""
		};
		else if (key !== void 0) yield {
			table,
			key,
			value
		};
	}
}
async function dropIns(folder) {
	let names;
	try {
		names = await readdir(folder);
	} catch {
		return [];
	}
	const files = names.filter((name) => name.endsWith(".conf")).sort();
	return (await Promise.all(files.map(async (name) => readIfThere(join(folder, name))))).map((one) => one ?? "");
}

// src/engines/containers/containers.ts
const containersCapabilities = {
	source: "dockerfile",
	modes: [
		"native",
		"emulate",
		"cross"
	],
	losesDockerOnly: true,
	smokeTest: true,
	pushesBy: "engine",
	caCertificate: true,
	insecureRegistries: "any"
};
const probeMs = 18e4;
/** What is no image of a registry, although it may look like a name and a tag. */
const isTransport = /^(?:containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|sif):/u;
/**
* What podman and buildah have in common: they are one builder, one storage and one registry client.
* https://docs.podman.io/en/stable/markdown/podman-build.1.html
*/
var ContainersEngine = class extends DockerfileEngine {
	capabilities = containersCapabilities;
	dockerfileNames = ["Containerfile", "Dockerfile"];
	arrangement = {};
	#configured;
	#storage;
	#registries;
	/** The isolation of RUN steps: the user's own word goes first, then what the preflight found. */
	get isolation() {
		const own = this.session.options.env["BUILDAH_ISOLATION"];
		return own === void 0 || own === "" ? this.arrangement.isolation : own;
	}
	/** @param host as the engine itself tells of it */
	async onThisKernel(host) {
		const { kernelArchitecture: ask = kernelArchitecture } = this.session.options;
		return onKernel(host, this.isLocal() ? await ask() : void 0);
	}
	async pullSource(reference) {
		if (isTransport.test(reference)) return void 0;
		this.#registries ??= registriesConfig(this.session.options.env);
		return this.isLocal() ? sourceOf(reference, await this.#registries) : void 0;
	}
	variables(arrangement) {
		return {
			...this.runtimeVariables(arrangement),
			...arrangement.isolation !== void 0 && { BUILDAH_ISOLATION: arrangement.isolation }
		};
	}
	/** Writes what the engine's registry client is to know. Gives the arguments that every command with a registry takes. */
	configure() {
		this.#configured ??= (async () => {
			const { logins = [], insecureRegistries = [], caCertificate, env } = this.session.options;
			const folder = await this.session.folder();
			if (logins.length > 0) Object.assign(this.session.variables, await writeAuthFile(join(folder, "auth"), logins, env));
			const insecure = [.../* @__PURE__ */ new Set([...insecureRegistries, ...logins.map((login) => login.registry).filter(isLoopback)])];
			if (insecure.length > 0) Object.assign(this.session.variables, await writeRegistriesConf(join(folder, "registries"), insecure, env));
			if (caCertificate === void 0) return [];
			const certificates = await this.session.folderWith("certificates", {});
			await writeFile(join(certificates, "ca.crt"), caCertificate, { mode: 384 });
			return ["--cert-dir", certificates];
		})();
		return this.#configured;
	}
	async tryProgram(folder, platform, name) {
		await this.configure();
		const refused = [];
		let first;
		const waiting = Object.keys(this.arrangement).length > 0 ? [this.arrangement] : [...await arrangementsToTry(this.session.options.env)];
		for (let arrangement = waiting.shift(); arrangement !== void 0; arrangement = waiting.shift()) {
			const result = await this.#attempt(arrangement, folder, platform, name);
			first ??= result;
			if (result.code === 0) {
				this.arrangement = arrangement;
				return {
					result,
					notes: this.#notes(refused)
				};
			}
			const trouble = runtimeTrouble(`${result.stdout}\n${result.stderr}`, "probe");
			if (trouble === void 0) return {
				result,
				notes: []
			};
			refused.push(trouble.says);
			if (trouble.kind === "limits" && arrangement.limits === void 0) waiting.unshift({
				...arrangement,
				limits: true
			});
		}
		if (first === void 0) throw new CodedError("E_INTERNAL", "no way to run a program was tried");
		return {
			result: first,
			notes: []
		};
	}
	async #attempt(arrangement, folder, platform, name) {
		const network = (arrangement.isolation ?? this.session.options.env["BUILDAH_ISOLATION"]) === "chroot" ? [] : ["--network", "none"];
		const options = {
			env: this.variables(arrangement),
			timeoutMs: probeMs
		};
		const args = [
			"--no-cache",
			"--layers=false",
			"--force-rm",
			...network,
			...arrangement.limits === true ? modestLimits : [],
			"--platform",
			formatPlatform(platform),
			"--tag",
			name,
			folder
		];
		return this.session.throwaway(name, ["rmi"], async () => this.#marked(async (mark) => this.session.ask([
			...this.globalArguments(arrangement),
			this.buildCommand,
			...mark,
			...args
		], {
			...options,
			stepsFirst: true
		})));
	}
	/** {@link markedBuild}, where the engine can be given a mark and its storage is on this machine. */
	async #marked(build) {
		const { version } = await this.host();
		const storage = await (this.#storage ??= this.storage());
		if (storage === void 0 || !isAtLeast(version, this.marksSince)) return build([]);
		return markedBuild(this.session, storage, build);
	}
	#notes(refused) {
		const used = describeArrangement(this.arrangement, refused);
		if (used !== void 0) return [`${this.name} uses ${used}`];
		return this.isolation === void 0 ? [] : [`${this.name} uses BUILDAH_ISOLATION=${this.isolation}, as it was set`];
	}
	async runBuild({ request, source, paths, name, idFile }) {
		const registry = await this.configure();
		const { args, env } = buildArgFlags(source.buildArgs ?? {});
		const told = await containersArguments({
			request,
			source
		}, {
			engine: this.name,
			options: this.session.options,
			folder: () => this.session.folder(),
			isChroot: this.isolation === "chroot"
		});
		const asked = [
			...registry,
			...[
				"--platform",
				formatPlatform(request.platform),
				"--tag",
				name,
				"--iidfile",
				idFile
			],
			...["--file", paths.file],
			...this.#network(source.network),
			...args,
			...this.arrangement.limits === true ? otherLimits(source.ulimit ?? []) : [],
			...told.args,
			paths.context
		];
		return this.#marked(async (mark) => this.session.tell([
			...this.globalArguments(this.arrangement),
			this.buildCommand,
			...mark,
			...asked
		], {
			env: {
				...env,
				...told.env,
				...this.variables(this.arrangement)
			},
			stepsFirst: true
		}));
	}
	/** @throws E_UNSUPPORTED: with BUILDAH_ISOLATION=chroot buildah takes any network, and gives the host's. */
	#network(network) {
		if (network === void 0 || network === "default") return [];
		if (this.isolation === "chroot" && network !== "host") throw new CodedError("E_UNSUPPORTED", `network ${quote(network)} can't be had from ${this.name} in chroot isolation, where RUN steps have the host's network`, { hint: "leave network out or set network: host; or use a machine, or an engine, that can start containers" });
		return ["--network", network];
	}
	async runPush(image, reference) {
		const { insecureRegistries = [] } = this.session.options;
		const { registry } = reference.repository;
		const insecure = insecureRegistries.includes(registry) || isLoopback(registry);
		const args = [...await this.configure(), ...insecure ? ["--tls-verify=false"] : []];
		return this.session.tell([
			"push",
			...args,
			image.id,
			`docker://${formatReference(reference)}`
		]);
	}
	/** The command that takes an image away. */
	removal() {
		return Promise.resolve(["rmi"]);
	}
	/** The engine's own push wants a tag: it writes a folder, and our own client pushes what is in it. */
	pushByDigest(image, repository) {
		const { packing, session } = this;
		return pushFromFolder(session, image.id, repository, {
			packing,
			isLocal: this.isLocal()
		});
	}
	async checkPushByDigest() {
		await this.host();
		if (!this.isLocal()) throw noDigestPushElsewhere(this.session);
	}
	async remove(image) {
		const answer = await this.session.ask([...await this.removal(), image.name], { evenIfAborted: true });
		await this.session.strike(image.name);
		if (answer.code !== 0 && !/image not known|no such image/i.test(answer.stderr)) this.session.options.log.warning(`${image.name} was not removed: ${lastLines(answer.stderr, 1, 300)}`);
	}
};

// src/engines/containers/podman.ts
/** podman, local or remote. */
var PodmanEngine = class extends ContainersEngine {
	buildCommand = "build";
	packing = ["--compress"];
	marksSince = "4.0";
	#info;
	#local = true;
	#found = {};
	constructor(options) {
		super("podman", new Session("podman", "podman", options));
	}
	runPrivileged = async (image, args) => {
		await this.configure();
		return this.session.tell([
			"run",
			"--rm",
			"--privileged",
			"--network",
			"none",
			image,
			...args
		]);
	};
	dialect() {
		return "podman";
	}
	isLocal() {
		return this.#local;
	}
	globalArguments({ runtime }) {
		return runtime === void 0 ? [] : ["--runtime", runtime];
	}
	runtimeVariables() {
		return {};
	}
	/** Its cache is the images that the last one stands on: they have no name, and older versions take them along. */
	async removal() {
		return isAtLeast((await this.host()).version, "4.3") ? ["rmi", "--no-prune"] : ["rmi"];
	}
	#askInfo() {
		this.#info ??= this.session.askJson([
			"info",
			"--format",
			"json"
		], "the answer of podman info");
		return this.#info;
	}
	async askHost() {
		const info = await this.#askInfo();
		const host = info.get("host");
		this.#local = host.get("serviceIsRemote").optional((field) => field.boolean()) !== true;
		const version = info.get("version").get("Version").string({ maxLength: 100 });
		return this.onThisKernel({
			version,
			label: `podman ${version}`,
			platform: normalisePlatform({
				os: host.get("os").string(),
				architecture: host.get("arch").string(),
				variant: host.get("variant").optional((field) => field.string())
			})
		});
	}
	hasImage(reference, platform) {
		const question = [
			"image",
			"inspect",
			"--format",
			"{{.Os}}/{{.Architecture}}",
			reference
		];
		return isStoredFor(this.session, question, platform);
	}
	async storage() {
		const root = (await this.#askInfo()).get("store").get("graphRoot");
		return this.#local ? root.optional((field) => field.string()) : void 0;
	}
	/** podman's own inspect leaves the variant out, so the config is read where podman keeps it, if it keeps it here. */
	async platformOf(image) {
		const stored = this.#local ? await this.#storedConfig(image) : void 0;
		const answer = stored ?? await this.#inspect(image);
		const key = stored === void 0 ? {
			os: "Os",
			architecture: "Architecture"
		} : {
			os: "os",
			architecture: "architecture"
		};
		return normalisePlatform({
			os: answer.get(key.os).string(),
			architecture: answer.get(key.architecture).string(),
			variant: answer.get("variant").optional((field) => field.string())
		});
	}
	async #inspect(image) {
		const answer = await this.session.askJson([
			"image",
			"inspect",
			image.id
		], "the answer of podman image inspect");
		const [only] = answer.items(1);
		if (only === void 0) throw answer.error("is empty");
		return only;
	}
	/** https://github.com/containers/storage/blob/main/docs/containers-storage-layers.md: an image's big data, by name. */
	async #storedConfig(image) {
		const store = (await this.#askInfo()).get("store");
		const root = store.get("graphRoot").optional((field) => field.string());
		const driver = store.get("graphDriverName").optional((field) => field.string());
		if (root === void 0 || driver === void 0) return void 0;
		const file = `=${Buffer.from(image.id).toString("base64")}`;
		let bytes;
		try {
			bytes = await readFile(join(root, `${driver}-images`, image.id.slice(7), file));
		} catch {
			return;
		}
		return digestOf(bytes) === image.id ? parseFields(bytes, `the config of ${image.id}`, {
			code: "E_ENGINE",
			maxDepth: 40
		}) : void 0;
	}
	async adopt(name) {
		const id = await storedImageId(this.session, [
			"image",
			"inspect",
			"--format",
			"{{.Id}}",
			name
		]);
		return id === void 0 ? void 0 : {
			engine: this.name,
			id,
			name
		};
	}
	archive(image) {
		return printed(this.session, [
			"save",
			"--quiet",
			"--format",
			"docker-archive",
			image.id
		]);
	}
	/**
	* Where the runtime refuses to start the container, nothing ran: so it is tried again with what this host lacks.
	* @param program absent: the image's own
	*/
	async runCommand(image, program, options) {
		const { log, env } = this.session.options;
		const entrypoint = program === void 0 ? [] : ["--entrypoint", JSON.stringify(program)];
		const platform = ["--platform", formatPlatform(options.platform)];
		for (;;) {
			const { limits, runtime } = this.#running;
			const flags = [
				"--rm",
				"--name",
				options.name,
				"--network",
				"none",
				"--stop-timeout",
				"0"
			];
			const args = [
				...this.#global(),
				"run",
				...flags,
				"--no-healthcheck",
				...platform,
				...this.#limits()
			];
			const result = await this.#runOnce([
				...args,
				...entrypoint,
				image.id
			], options);
			const trouble = result.code === 0 ? void 0 : runtimeTrouble(`${result.stdout}\n${result.stderr}`);
			if (trouble === void 0) return result;
			if (trouble.kind === "limits" && limits === void 0) {
				this.#found = {
					...this.#running,
					limits: true
				};
				log.info(`podman runs the image with ${modestLimits.join(" ")}, since ${trouble.says}`);
				continue;
			}
			const runc = runtime === void 0 ? await findTool("runc", env["PATH"]) : void 0;
			if (runc === void 0) return result;
			this.#found = {
				...this.#running,
				runtime: runc
			};
			log.info(`podman runs the image with ${runc}, since ${trouble.says}`);
		}
	}
	/** What containers need on this host: what builds need, and what was found out since. */
	get #running() {
		return {
			...this.arrangement,
			...this.#found
		};
	}
	#global() {
		return this.globalArguments(this.#running);
	}
	#limits() {
		return this.#running.limits === true ? modestLimits : [];
	}
	service(image, options) {
		return Promise.resolve(new NamedService(this.session, options.name, {
			run: () => this.runCommand(image, void 0, options),
			global: () => this.#global(),
			importing: [],
			beside: () => [
				"--stop-timeout",
				"0",
				...this.#limits()
			]
		}));
	}
	async #runOnce(args, { name, timeoutMs }) {
		await this.session.note("container", name);
		try {
			const isAside = (line) => runtimeTrouble(line) !== void 0;
			return await this.session.tell(args, {
				timeoutMs,
				isAside
			});
		} finally {
			await this.session.ask([
				"rm",
				"--force",
				"--ignore",
				name
			], { evenIfAborted: true });
			await this.session.strike(name);
		}
	}
};

// src/engines/stored/image-runner.ts
const maxInspections = 6;
/** What podman says of any image while another process of this user's is writing the same one, or another, into its store. */
const halfWritten = /locating item named "manifest" for image|layer not known/u;
/**
* Runs images that no engine built, by Docker or podman: the very bytes are loaded, and the loaded image is the one whose config
* has the digest that will be pushed.
*/
var ImageRunner = class ImageRunner {
	#engine;
	#session;
	constructor(engine, session) {
		this.#engine = engine;
		this.#session = session;
	}
	/**
	* The first of Docker and podman that runs programs of this platform here, found out by running one.
	* @throws E_UNSUPPORTED with the reasons of both
	*/
	static async find(platform, options) {
		const reasons = [];
		for (const Kind of [DockerEngine, PodmanEngine]) {
			const engine = new Kind(options);
			try {
				await engine.preflight(platform, "emulate");
				return new ImageRunner(engine, new Session(engine.name, engine.name, options));
			} catch (error) {
				await engine.close();
				if (!(error instanceof CodedError) || options.signal?.aborted === true) throw error;
				reasons.push(errorLine(error));
			}
		}
		throw new CodedError("E_UNSUPPORTED", `a smoke test needs Docker or podman on this machine, to run ${formatPlatform(platform)}: ${reasons.join(" | ")}`, { hint: "leave smoke-test out, install one of them, or test on the target machine with \"verify --smoke-test\"" });
	}
	/** Loads the image, runs the command in it, and removes it. @throws as {@link Engine.run} does; E_ENGINE where it can't be loaded */
	async run(image, options) {
		await this.#loaded(image, async (loaded) => this.#engine.run(loaded, options));
	}
	/** The same, started as a service. @throws as {@link Engine.serve} does */
	async serve(image, options) {
		await this.#loaded(image, async (loaded) => this.#engine.serve(loaded, options));
	}
	async #loaded(image, work) {
		const name = `localhost/native-multiarch:${this.#session.uniqueId()}`;
		await this.#session.note("image", name);
		const loaded = {
			engine: this.#engine.name,
			id: name,
			name
		};
		try {
			await this.#load(image, name);
			await work(loaded);
		} finally {
			await this.#engine.remove(loaded);
			await this.#session.strike(name);
		}
	}
	async #load({ runnable, blobs }, name) {
		const { manifest, image } = runnable;
		const own = new Set([image.config, ...image.layers].map(({ digest }) => digest));
		const index = [{
			Config: blobPath(image.config.digest),
			RepoTags: [name],
			Layers: image.layers.map(({ digest }) => blobPath(digest))
		}];
		const file = join(await this.#session.folder(), `${this.#session.uniqueId()}.tar`);
		const archive = async function* () {
			const bytes = Buffer.from(JSON.stringify(index));
			yield tarHeader({
				path: "manifest.json",
				kind: "file",
				mode: 420,
				size: bytes.length
			}, 0);
			yield* chunks(bytes);
			yield padding(bytes.length);
			yield* layoutArchive(manifest, blobs.filter(({ digest }) => own.has(digest)), {
				"org.opencontainers.image.ref.name": name,
				"io.containerd.image.name": name
			});
		};
		try {
			await pipeline$1(Readable.from(archive()), createWriteStream(file, { mode: 384 }));
			const loaded = await this.#session.ask([
				"load",
				"--input",
				file
			], { timeoutMs: 6e5 });
			if (loaded.code !== 0) throw this.#session.failure(loaded, { doing: "ask" });
		} finally {
			await rm(file, { force: true });
		}
		await this.#checkLoaded(name, [image.config.digest, manifest.digest]);
	}
	/** An engine's id of an image is the digest of its config, or with containerd's store of its manifest. */
	async #checkLoaded(name, expected) {
		const answer = await this.#inspect(name);
		const id = answer.stdout.trim().replace(/^(?:sha256:)?/u, "sha256:");
		if (answer.code === 0 && expected.includes(id)) return;
		throw new CodedError("E_ENGINE", `${this.#engine.name} loaded another image than the one that was built: ${lastLines(`${answer.stdout}\n${answer.stderr}`, 1, 200)}`, { hint: "leave smoke-test out, and test with \"verify --smoke-test\" what was pushed" });
	}
	async #inspect(name) {
		const { sleep = setTimeout$1 } = this.#session.options;
		for (let tries = 1;; tries++) {
			const answer = await this.#session.ask([
				"image",
				"inspect",
				"--format",
				"{{.Id}}",
				name
			]);
			if (answer.code === 0 || tries === maxInspections || !halfWritten.test(answer.stderr)) return answer;
			await sleep(200 * tries);
		}
	}
	/** Ends the engine that was found. */
	async close() {
		await this.#engine.close();
		await this.#session.close();
	}
};
function blobPath(digest) {
	return `blobs/${digest.replace(":", "/")}`;
}

// src/engines/stored/stored-images.ts
/**
* Images that are files: run by Docker or podman, and pushed byte for byte by our own client. The methods are those of
* {@link Engine}, for the engines that leave their images in files.
*/
var StoredImages = class {
	#options;
	#images = /* @__PURE__ */ new Map();
	#runner;
	constructor(options) {
		this.#options = options;
	}
	/** From now on `layout` is what is meant by `image`. */
	keep(image, layout) {
		this.#images.set(keyOf(image), layout);
	}
	/** The files are the caller's to remove. */
	forget(image) {
		this.#images.delete(keyOf(image));
	}
	/** As the image's config says it. */
	platformOf(image) {
		const { os, architecture, variant } = this.#layoutOf(image).runnable.config;
		return Promise.resolve(normalisePlatform({
			os,
			architecture,
			variant
		}));
	}
	/** The image as an OCI image layout in a tar stream. */
	archive(image) {
		const { top, children, blobs } = this.#layoutOf(image);
		const below = children.map(({ digest, bytes }) => ({
			digest,
			size: bytes.length,
			open: () => chunks(bytes)
		}));
		return layoutArchive(top, [...blobs, ...below]);
	}
	/** Whether Docker or podman runs programs of the platform here. @throws E_UNSUPPORTED */
	async checkRun(platform) {
		await this.#findRunner(platform);
	}
	/** @throws as {@link Engine.run} does */
	async run(image, options) {
		await (await this.#findRunner(options.platform)).run(this.#layoutOf(image), options);
	}
	/** Whoever runs images serves them, too. @throws E_UNSUPPORTED */
	async checkServe(platform) {
		await this.checkRun(platform);
	}
	/** @throws as {@link Engine.serve} does */
	async serve(image, options) {
		await (await this.#findRunner(options.platform)).serve(this.#layoutOf(image), options);
	}
	/** @throws as {@link pushStored} does */
	async push(image, reference) {
		await pushStored(this.#layoutOf(image), reference, this.#options);
	}
	/** The same without a tag. */
	async pushByDigest(image, repository) {
		const stored = this.#layoutOf(image);
		await pushStored(stored, { repository }, this.#options);
		return stored.top.digest;
	}
	/** Ends the engine that ran them. */
	async close() {
		await (await this.#runner?.catch(() => void 0))?.close();
	}
	#findRunner(platform) {
		this.#runner ??= ImageRunner.find(platform, this.#options);
		return this.#runner;
	}
	#layoutOf(image) {
		const found = this.#images.get(keyOf(image));
		if (found === void 0) throw new CodedError("E_INTERNAL", `${image.id} is no image of this engine`);
		return found;
	}
};
/** Two builds may come to the same id, and two images be adopted by one name. */
function keyOf({ name, id }) {
	return `${name} ${id}`;
}

export { Session as A, maxId as C, sourceDate as D, tarHeader as E, checkValues as O, layoutArchive as S, tarEnd as T, writeDockerConfig as _, readStoredLayout as a, pushStored as b, commonArguments as c, cacheOfPlatform as d, buildArgFlags as f, storedImageId as g, isStoredFor as h, modestLimits as i, existing as k, optional as l, DockerfileEngine as m, PodmanEngine as n, DockerEngine as o, writtenTo as p, ContainersEngine as r, secretArguments as s, StoredImages as t, pairs as u, userFolders as v, padding as w, chunks as x, thisMachine as y };