// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, n as errorLine, o as show, r as joinErrors, t as CodedError } from "./errors.js";
import { i as digestOf, t as DigestStream } from "./oci-digest.js";
import { a as mediaTypes } from "./oci-media-types.js";
import { t as formatReference } from "./oci-reference.js";
import { c as samePlatform, i as platformArch, l as architectureOfUname, n as formatPlatform, r as normalisePlatform } from "./platform-platform.js";
import { i as parseStrictJson, n as parseFields } from "./oci-schema.js";
import { s as splitWords } from "./inputs-readers.js";
import { randomBytes } from "node:crypto";
import { access, lstat, mkdir, mkdtemp, open, readFile, readdir, readlink, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { machine } from "node:os";
import { basename, delimiter, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { constants, createReadStream } from "node:fs";
import { spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";

// src/engines/request.ts
const maxValueBytes = 65536;
const argumentName = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const control = /[\u0000\r\n]/;
const secretName = /(?:token|password|passwd|secret|private_?key|api_?key|credential)/i;
/** Whether a build argument of that name most likely holds a secret. */
function looksSecret(name) {
	return secretName.test(name);
}
/**
* Labels and build arguments as every engine takes them. @throws E_INPUT, all of them at once. Warns of build arguments that look
* like secrets: whoever has the image can read them.
*/
function checkValues(request, log) {
	const buildArgs = request.source.kind === "dockerfile" ? request.source.buildArgs ?? {} : {};
	const errors = [...Object.entries(buildArgs).flatMap(([name, value]) => problem("build argument", name, value, argumentName)), ...Object.entries(request.labels ?? {}).flatMap(([name, value]) => problem("label", name, value, /^[^\s=]+$/))];
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
* The folder and Dockerfile of a build, absolute, links followed. @param dockerfileNames what the engine looks for, first one first.
* @throws E_INPUT for what is not there, remote, or outside.
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
/** The real path of something that has to be there, and inside the workspace where there is one. */
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
	if (kind !== void 0 && (await stat(real)).isDirectory() !== (kind === "folder")) throw new CodedError("E_INPUT", `${what} ${quote(path)} is not a ${kind}`, {});
	return real;
}
/** Whether `path` is `folder` or under it; both are real paths. */
function isInside(path, folder) {
	const way = relative(folder, path);
	return way === "" || way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

// src/engines/files.ts
const form = /^([^:]+?)\s*:\s*([^:]+?)\s*(?::\s*([0-7]{3,5}))?$/;
const maxEntries = 1e5;
/** One line of `files` for one platform. @throws E_INPUT */
function parseFileLine(line, platform) {
	const [, source, destination, mode] = form.exec(fillIn(line.trim(), platform)) ?? [];
	if (source === void 0 || destination === void 0) throw new CodedError("E_INPUT", `files has ${quote(line)}, which is not source:destination[:mode]`, {
		usage: true,
		hint: "for example build/app-{arch}:/app:755; the mode is octal"
	});
	const inImage = destination.replace(/^\/+/, "");
	if (inImage.split("/").some((part) => part === ".." || part === ".") || inImage.includes("\\")) throw new CodedError("E_INPUT", `files has the destination ${quote(destination)}`, { hint: "give a path from the root of the image, without . and .." });
	return {
		source,
		destination: inImage,
		...mode !== void 0 && { mode: parseInt(mode, 8) }
	};
}
function fillIn(line, { os, architecture, variant }) {
	const values = {
		os,
		arch: architecture,
		variant: variant ?? ""
	};
	return line.replace(/\{([^{}]*)\}/g, (all, name) => {
		const value = Object.hasOwn(values, name) ? values[name] : void 0;
		if (value !== void 0) return value;
		throw new CodedError("E_INPUT", `files has the placeholder ${quote(all)}`, { hint: "there are {os}, {arch} and {variant}" });
	});
}
/**
* The entries of a layer with these files, sorted by path, parents first. Owners and times are not the host's, and of modes only
* whether the owner may execute: what else there is comes from umasks and checkouts, and would give other bytes on the next
* host. A mode that is given stands as it is.
* @throws E_INPUT, all problems at once.
*/
async function layerEntries(source, platform, options) {
	if (source.files.length === 0) throw new CodedError("E_INPUT", "files is empty, so there is nothing to assemble", { hint: "give lines source:destination[:mode], for example build/app-{arch}:/app:755" });
	const context = await existing("context", source.context, options, "folder");
	const found = /* @__PURE__ */ new Map();
	const errors = [];
	for (const line of source.files) try {
		await addLine(found, parseFileLine(line, platform), {
			...options,
			cwd: context
		});
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		errors.push(error);
	}
	if (errors.length > 0) throw joinErrors(errors);
	return withParents(found);
}
async function addLine(found, line, options) {
	const real = await existing("files: source", line.source, options);
	const into = line.destination.endsWith("/") || line.destination === "";
	const isFolder = (await stat(real)).isDirectory();
	const target = into && !isFolder ? posix.join(line.destination, basename(line.source)) : line.destination.replace(/\/+$/, "");
	await addPath(found, real, posix.normalize(target === "" ? "." : target), line);
}
async function addPath(found, source, path, line) {
	const info = await lstat(source);
	if (info.isDirectory()) {
		if (path !== ".") add(found, {
			path,
			kind: "folder",
			mode: 493,
			size: 0
		});
		for (const name of (await readdir(source)).sort()) await addPath(found, join(source, name), path === "." ? name : `${path}/${name}`, line);
	} else if (info.isSymbolicLink()) add(found, {
		path,
		kind: "link",
		mode: 511,
		size: 0,
		link: await readlink(source)
	});
	else if (info.isFile()) add(found, {
		path,
		kind: "file",
		mode: line.mode ?? ((info.mode & 64) === 0 ? 420 : 493),
		size: info.size,
		source
	});
	else throw new CodedError("E_INPUT", `files: ${quote(source)} is neither a file, a folder nor a link`);
}
function add(found, entry) {
	const other = found.get(entry.path);
	if (other !== void 0 && !(other.kind === "folder" && entry.kind === "folder")) throw new CodedError("E_INPUT", `files puts two things at ${quote(`/${entry.path}`)}`, { hint: "give each destination once" });
	if (found.size >= maxEntries) throw new CodedError("E_INPUT", `files has more than ${maxEntries} entries`);
	found.set(entry.path, entry);
}
/** With every parent folder, in one order on every host. */
function withParents(found) {
	const all = new Map(found);
	for (const path of found.keys()) for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent)) {
		const there = all.get(parent);
		if (there !== void 0 && there.kind !== "folder") throw new CodedError("E_INPUT", `files puts ${quote(`/${path}`)} under ${quote(`/${parent}`)}, which is no folder`);
		if (there === void 0) all.set(parent, {
			path: parent,
			kind: "folder",
			mode: 493,
			size: 0
		});
	}
	return [...all.values()].sort((a, b) => a.path < b.path ? -1 : 1);
}

// src/engines/gzip.ts
/** The most that one stored block of deflate holds. */
const maxBlock = 65535;
const noTime = [
	0,
	0,
	0,
	0
];
const unknownSystem = 255;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : value >>> 1 ^ 3988292384;
	return value;
});
/**
* A gzip member of stored blocks: nothing is made smaller, and the same bytes come out on every host. What deflate makes of its
* input depends on the version of zlib, on the processor's vector instructions and, on s390x, on whether it compresses in
* hardware; and not every tool takes a layer that is no gzip. https://www.rfc-editor.org/rfc/rfc1952
*/
var StoredGzip = class {
	#crc = 4294967295;
	#size = 0;
	#pending = [];
	#pendingSize = 0;
	#started = false;
	/** What can be written after these bytes; blocks do not depend on how the input was cut. */
	write(bytes) {
		for (const byte of bytes) this.#crc = (table[(this.#crc ^ byte) & 255] ?? 0) ^ this.#crc >>> 8;
		this.#size += bytes.length;
		this.#pending.push(bytes);
		this.#pendingSize += bytes.length;
		if (this.#pendingSize <= maxBlock) return this.#head();
		const all = Buffer.concat(this.#pending);
		const parts = [this.#head()];
		let at = 0;
		for (; all.length - at > maxBlock; at += maxBlock) parts.push(block$1(all.subarray(at, at + maxBlock), false));
		this.#pending = [all.subarray(at)];
		this.#pendingSize = all.length - at;
		return Buffer.concat(parts);
	}
	/** The last block and the trailer. Call it once. */
	end() {
		const trailer = Buffer.alloc(8);
		trailer.writeUInt32LE((this.#crc ^ 4294967295) >>> 0, 0);
		trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
		return Buffer.concat([
			this.#head(),
			block$1(Buffer.concat(this.#pending), true),
			trailer
		]);
	}
	#head() {
		if (this.#started) return Buffer.alloc(0);
		this.#started = true;
		return Buffer.from([
			31,
			139,
			8,
			0,
			...noTime,
			0,
			unknownSystem
		]);
	}
};
function block$1(bytes, isLast) {
	const head = Buffer.alloc(5);
	head.writeUInt8(isLast ? 1 : 0, 0);
	head.writeUInt16LE(bytes.length, 1);
	head.writeUInt16LE(~bytes.length & 65535, 3);
	return Buffer.concat([head, bytes]);
}

// src/engines/image-config.ts
/**
* The bytes of an image configuration: compact, keys in one order, labels sorted, nothing of the host in it.
* https://github.com/opencontainers/image-spec/blob/main/config.md
* @throws E_INPUT where `env` has a line without a name.
*/
function imageConfig({ platform, source, labels, diffId, seconds }) {
	const created = (/* @__PURE__ */ new Date(seconds * 1e3)).toISOString().replace(".000Z", "Z");
	const { user, env = [], entrypoint, cmd, workdir } = source;
	for (const line of env) if (!/^[^=\s\u0000][^=\u0000]*=[^\u0000]*$/u.test(line)) throw new CodedError("E_INPUT", `env has ${quote(line)}`, { hint: "write NAME=value, one a line" });
	const config = {
		...user !== void 0 && user !== "" && { User: user },
		...env.length > 0 && { Env: env },
		...entrypoint !== void 0 && entrypoint.length > 0 && { Entrypoint: entrypoint },
		...cmd !== void 0 && cmd.length > 0 && { Cmd: cmd },
		...workdir !== void 0 && workdir !== "" && { WorkingDir: workdir },
		...Object.keys(labels).length > 0 && { Labels: sorted(labels) }
	};
	const document = {
		created,
		architecture: platform.architecture,
		...platform.variant !== void 0 && { variant: platform.variant },
		os: platform.os,
		...platform.osVersion !== void 0 && { "os.version": platform.osVersion },
		...platform.osFeatures !== void 0 && { "os.features": platform.osFeatures },
		config,
		rootfs: {
			type: "layers",
			diff_ids: [diffId]
		},
		history: [{
			created,
			created_by: "native-multiarch assemble"
		}]
	};
	return Buffer.from(JSON.stringify(document));
}
function sorted(map) {
	return Object.fromEntries(Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1));
}

// src/engines/environment.ts
/**
* What an engine needs of our environment, and no more: an earlier step can set anything (NODE_OPTIONS, LD_PRELOAD, GIT_*,
* BUILDX_*), and secrets of ours (INPUT_*, NATIVE_MULTIARCH_*, tokens of the runner) are nobody else's.
*/
const kept = /* @__PURE__ */ new Set([
	...[
		"PATH",
		"HOME",
		"USER",
		"LOGNAME",
		"SHELL",
		"TMPDIR",
		"TERM",
		"LANG",
		"LANGUAGE",
		"TZ",
		"container"
	],
	...[
		"DOCKER_HOST",
		"DOCKER_CONTEXT",
		"DOCKER_CONFIG",
		"DOCKER_API_VERSION"
	],
	...[
		"DOCKER_CERT_PATH",
		"DOCKER_TLS",
		"DOCKER_TLS_VERIFY",
		"DOCKER_TMPDIR"
	],
	...[
		"CONTAINER_HOST",
		"CONTAINER_SSHKEY",
		"CONTAINER_CONNECTION",
		"REGISTRY_AUTH_FILE"
	],
	...[
		"DBUS_SESSION_BUS_ADDRESS",
		"SSH_AUTH_SOCK",
		"SSL_CERT_FILE",
		"SSL_CERT_DIR",
		"SOURCE_DATE_EPOCH"
	],
	...[
		"HTTP_PROXY",
		"HTTPS_PROXY",
		"NO_PROXY",
		"ALL_PROXY",
		"http_proxy",
		"https_proxy",
		"no_proxy",
		"all_proxy"
	]
]);
/** Families: the storage and isolation of podman and buildah, and what cloud credential helpers sign in with. */
const keptPrefixes = [...[
	"LC_",
	"XDG_",
	"CONTAINERS_",
	"_CONTAINERS_",
	"BUILDAH_",
	"_BUILDAH_",
	"STORAGE_",
	"LIBPOD_",
	"PODMAN_"
], ...[
	"AWS_",
	"AZURE_",
	"GOOGLE_",
	"CLOUDSDK_"
]];
/** Where an engine may be elsewhere, or kept elsewhere: worth a line in the log, since it decides what is asked. */
const shown = [
	"DOCKER_HOST",
	"DOCKER_CONTEXT",
	"CONTAINER_HOST",
	"CONTAINER_CONNECTION",
	"BUILDAH_ISOLATION",
	"CONTAINERS_CONF",
	"CONTAINERS_STORAGE_CONF"
];
/** The whole environment of a child. */
function childEnvironment(env) {
	const child = {};
	for (const [name, value] of Object.entries(env)) {
		if (value === void 0) continue;
		if (kept.has(name) || keptPrefixes.some((prefix) => name.startsWith(prefix))) child[name] = value;
	}
	return child;
}
/** `NAME=value` of the variables that decide which engine answers; a password in a URL is not shown. */
function shownVariables(env) {
	return shown.flatMap((name) => {
		const value = env[name];
		return value === void 0 || value === "" ? [] : [`${name}=${value.replace(/\/\/[^/@]*@/, "//***@")}`];
	});
}

// src/engines/output.ts
const escapes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
/** One line of an engine's output for the log: without colours, cleaned, and never taken for a command by the runner. */
function logLine(line) {
	return `| ${show(line.replace(escapes, ""), 2e3)}`.replaceAll("##[", "## [");
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

// src/engines/failures.ts
const where = ({ registry, doing }) => registry ?? (doing === "push" ? "the registry" : "the registry of a FROM image");
const target = ({ platform }) => platform === void 0 ? "the platform" : formatPlatform(platform);
const credentialsHint = ({ registry }) => `give username and password, or registry-auth, for ${registry ?? "that registry"}, or sign in before this step`;
/** Where the engine itself is the trouble. Messages of Docker 20.10 to 28, podman 4.3 to 5, buildah 1.28 to 1.39. */
const engineRules = [
	{
		matches: /permission denied while trying to connect to the Docker (?:daemon socket|API)|dial unix .*: connect: permission denied/,
		code: "E_ENGINE",
		say: () => "the Docker daemon's socket is not ours to use: permission denied",
		hint: () => "as root: \"usermod -aG docker <user of the runner>\", then restart the runner service, since groups are read when it starts; or use engine: podman"
	},
	{
		matches: /Cannot connect to the Docker daemon|error during connect:|docker daemon is not running/i,
		code: "E_ENGINE",
		say: () => "the Docker daemon does not answer",
		hint: () => "start it (\"systemctl start docker\"), check DOCKER_HOST, or use engine: podman or buildah"
	},
	{
		matches: /no space left on device/,
		code: "E_ENGINE",
		say: ({ engine }) => `the storage of ${engine} is full: no space left on device`,
		hint: ({ engine }) => engine === "docker" ? "free some, for example with \"docker builder prune\", or give the machine more" : `free some, for example with "${engine === "podman" ? "podman image prune" : "buildah prune"}", or give the machine more`
	},
	{
		matches: /network bridge not found/,
		code: "E_ENGINE",
		say: () => "this Docker Engine has no bridge, so RUN steps have no network to be in",
		hint: () => "set network: none for a build that needs no network, or network: host; or start dockerd with a bridge"
	},
	{
		matches: /cannot set --network other than host with --isolation chroot/,
		code: "E_UNSUPPORTED",
		say: ({ engine }) => `${engine} works in chroot isolation here, where RUN steps always have the host's network`,
		hint: () => "leave network out, or set network: host"
	},
	{
		matches: /no subuid ranges|no subgid ranges|insufficient UIDs or GIDs|newuidmap|potentially insufficient UIDs/,
		code: "E_ENGINE",
		say: ({ engine }) => `${engine} has no range of user ids for this user`,
		hint: () => "as root: \"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 <user>\", then \"podman system migrate\""
	},
	{
		matches: /failed to get destination image|image with reference sha256:\S+ was found but does not match the specified platform/,
		code: "E_UNSUPPORTED",
		say: (context) => `Docker's classic builder can't build this Dockerfile for ${target(context)}, which is not its own platform`,
		hint: () => "install the buildx plugin (docker-buildx-plugin), so that docker builds with BuildKit; or use engine: podman or buildah"
	},
	{
		matches: /buildx component is missing or broken|buildx plugin/,
		code: "E_ENGINE",
		say: () => "this docker command needs the buildx plugin for BuildKit, and it is not there",
		hint: () => "install docker-buildx-plugin"
	}
];
/** Where a registry is the trouble. Pulls of FROM images and pushes say the same. */
const registryRules = [
	{
		matches: /no matching manifest for |no match for platform in manifest|no image found in (?:image index|manifest list) for|does not match the specified platform|does not provide the specified platform/,
		code: "E_BASE_PLATFORM",
		say: (context) => `a FROM image has no ${target(context)}`,
		hint: (context) => `choose a base image that has ${target(context)}`
	},
	{
		matches: /toomanyrequests|pull rate limit|\b429\b.*Too Many Requests/i,
		code: "E_RATE_LIMITED",
		say: (context) => `${where(context)} asks for fewer requests`,
		hint: credentialsHint
	},
	{
		matches: /no basic auth credentials|unauthorized: |401 Unauthorized|authentication required|incorrect username or password/i,
		code: "E_UNAUTHORIZED",
		say: (context) => `${where(context)} does not know us`,
		hint: credentialsHint
	},
	{
		matches: /denied: |403 Forbidden|insufficient_scope|access forbidden/i,
		code: "E_DENIED",
		say: (context) => `${where(context)} does not let us ${context.doing === "push" ? "push" : "pull"}`,
		hint: () => "check that the account has the right, and that the repository is there"
	},
	{
		matches: /tag.*(?:immutable|ImageTagAlreadyExists)|immutable.*tag|TAG_INVALID/i,
		code: "E_TAG_IMMUTABLE",
		say: (context) => `${where(context)} does not let the tag be moved`,
		hint: () => "use an arch-tag with {run} or {sha}, which is new each time"
	},
	{
		matches: /server gave HTTP response to HTTPS client/,
		code: "E_REGISTRY",
		say: (context) => `${where(context)} speaks plain HTTP`,
		hint: ({ engine }) => engine === "docker" ? "name it in \"insecure-registries\" of the daemon's /etc/docker/daemon.json and restart it" : "name it in insecure-registries"
	},
	{
		matches: /x509: |certificate signed by unknown authority|tls: failed to verify/,
		code: ({ engine, caCertificate }) => engine === "docker" && caCertificate === true ? "E_UNSUPPORTED" : "E_REGISTRY",
		say: (context) => context.engine === "docker" && context.caCertificate === true ? `the Docker daemon does not trust the certificate of ${where(context)}, and ca-certificate can't reach it` : `the certificate of ${where(context)} is not trusted`,
		hint: ({ engine, registry }) => engine === "docker" ? `put the certificate into /etc/docker/certs.d/${registry ?? "<registry>"}/ca.crt on the daemon's machine, or use engine: podman or buildah` : "give the CA as ca-certificate"
	},
	{
		matches: /manifest unknown|name unknown|NAME_UNKNOWN|repository .* not found|^ERROR: .*: not found$|create LLB definition: \S+: not found$|manifest for \S+ not found/i,
		code: "E_NOT_FOUND",
		say: (context) => context.doing === "push" ? `${where(context)} has no such repository` : "a FROM image is not there",
		hint: ({ doing }) => doing === "push" ? "create the repository first" : "check its name and tag"
	},
	{
		matches: /(?:dial tcp|lookup \S+|connection refused|connection reset|no such host|i\/o timeout|TLS handshake timeout|unexpected EOF|: EOF$|Client\.Timeout|network is unreachable|no route to host|broken pipe)/,
		code: "E_NETWORK",
		say: (context) => `${where(context)} was not reached`,
		hint: () => "check the registry's name, and the way to it from this machine"
	},
	{
		matches: /(?:received unexpected HTTP status|status code)[^0-9]*5\d\d|\b50[0234] \w+/i,
		code: "E_REGISTRY",
		say: (context) => `${where(context)} failed`,
		hint: () => "try again; if it goes on, ask those who run the registry"
	}
];
/** The words in which every engine says that a RUN step's own program ended badly. */
const stepFailed = /while running runtime: exit status|returned a non-zero code: \d+|executor failed running \[|did not complete successfully: exit code/;
/** What an engine's output says about why it failed, as an error of the contract. */
function classify(output, exitCode, context) {
	const last = finalWords(output);
	const ended = last.at(-1) ?? "";
	const make = (code, message, hint, told = lastLines(output)) => new CodedError(code, told === "" ? message : `${message} (${told})`, hint === void 0 ? {} : { hint });
	const inStep = context.doing === "build" && stepFailed.test(ended);
	const rules = context.doing === "ask" ? engineRules : [...engineRules, ...inStep ? [] : registryRules];
	for (const rule of rules) {
		const line = (inStep ? [ended] : last).find((one) => rule.matches.test(one));
		if (line === void 0) continue;
		return make(typeof rule.code === "function" ? rule.code(context) : rule.code, rule.say(context), rule.hint(context), lastLines(line));
	}
	if (context.doing === "build") return buildFailure(output, exitCode, context, make);
	const what = context.doing === "push" ? `${context.engine} could not push` : `${context.engine} does not work here`;
	return make(context.doing === "push" ? "E_REGISTRY" : "E_ENGINE", `${what} (exit code ${exitCode})`);
}
/** The engine's own last words: from where it says `Error:`, which may go over several lines, else the last three. */
function finalWords(output) {
	const lines = tellingLines(output);
	const start = lines.findLastIndex((line) => /^(?:Error|ERROR|failed to solve)[: ]/.test(line));
	return lines.slice(start === -1 || start < lines.length - 12 ? -3 : Math.min(start, lines.length - 3));
}
function buildFailure(output, exitCode, context, make) {
	const tail = tellingLines(output).slice(-12).join("\n");
	const trouble = runtimeTrouble(output);
	if (trouble !== void 0) return make("E_ENGINE", `${context.engine} can't start programs here: ${trouble.says}`, trouble.cure);
	const format = /(?:exec (\S+): )?exec format error/.exec(tail);
	if (format !== null) return make("E_BUILD", `${format[1] ?? "a program in the build"} is not for ${target(context)}, or is no program: exec format error`, `look for a file of another architecture that was copied in or downloaded, and for a script without its #! line; to run programs of ${target(context)} on another machine, use mode: emulate`);
	const status = /(?:exit status|non-zero code:|exit code:) (\d+)/.exec(tail)?.[1];
	if (status === "137") return make("E_BUILD", "a build step was killed (137)", "most often the machine has too little memory; see \"dmesg\"");
	if (status === "139" || status === "132") return make("E_BUILD", `a build step crashed (${status})`, status === "132" ? "the program needs a newer processor than this one" : "under emulation this is often QEMU itself: build on native hardware");
	return make("E_BUILD", `the build for ${target(context)} failed with ${context.engine} (exit code ${exitCode})`, "the log above has all of its output");
}
const runtimeRules = [
	{
		kind: "limits",
		matches: /setrlimit|setting rlimit/,
		cure: "limits of a container are higher than this machine lets them be: lower default_ulimits in containers.conf, or default-ulimits in daemon.json"
	},
	{
		kind: "cgroups",
		matches: /cgroups? in hybrid mode|cgroups?[^\n]*not supported|(?:creating|writing|join|apply)[^\n]*cgroup|cgroup[^\n]*(?:permission denied|read-only file system|no such file)|sd-bus call/i,
		cure: "install runc beside crun, or set BUILDAH_ISOLATION=chroot (podman, buildah)"
	},
	{
		kind: "other",
		matches: /error running container: from \S+ creating container for|(?:OCI runtime|runc|crun)[^\n]*(?:create|run) failed|OCI (?:runtime )?(?:error|permission denied)|error mounting|clone: |unshare\(|mount namespace/i,
		cure: "set BUILDAH_ISOLATION=chroot (podman, buildah), or run on a machine that lets containers start"
	}
];
/** A runtime says so, too, when the program isn't in the image or has the wrong machine: that is the build's own fault. */
const programMissing = /executable file[^\n]* not found|exec: \\?"[^\n]*no such file or directory|exec format error/;
/** undefined: the container was started, or what is wrong is the program in it. */
function runtimeTrouble(output) {
	for (const line of tellingLines(output).slice(-8)) {
		if (programMissing.test(line)) return void 0;
		const rule = runtimeRules.find((one) => one.matches.test(line));
		if (rule !== void 0) return {
			kind: rule.kind,
			cure: rule.cure,
			says: lastLines(line, 1, 300)
		};
	}
}

// src/engines/process.ts
/** How long a child that was asked to end has for it, in milliseconds; a leg that is cancelled has five seconds in all. */
const graceMs = 3e3;
const defaultMaxOutput = 1048576;
const maxLineLength = 4096;
/**
* {@link Exec} with real processes. Spawned by ourselves and not through `@actions/exec`, which can neither be aborted nor
* given a time limit, inherits what it is not told to drop, and prints the whole command line.
*
* The child leads a process group of its own, so that what it started (conmon, a plugin, a credential helper) ends with it.
*/
const spawnExec = (tool, args, options) => {
	if (options.signal?.aborted === true) return Promise.resolve({
		code: 143,
		stdout: "",
		stderr: "",
		ended: "aborted"
	});
	return new Promise((resolve, reject) => {
		const child = spawn(tool, args, {
			env: options.env,
			cwd: options.cwd,
			detached: true,
			shell: false,
			stdio: [
				"pipe",
				"pipe",
				"pipe"
			]
		});
		const stdout = collect(child.stdout, options);
		const stderr = collect(child.stderr, options);
		const ending = endOnTimeoutOrAbort(child, options);
		child.once("error", (error) => {
			ending.cancel();
			reject(error);
		});
		child.once("close", (code, signal) => {
			ending.cancel();
			resolve({
				code: code ?? 128 + signalNumber(signal),
				stdout: stdout(),
				stderr: stderr(),
				...ending.reason() !== void 0 && { ended: ending.reason() }
			});
		});
		child.stdin.once("error", () => void 0);
		child.stdin.end(options.input);
	});
};
/** Ends the child when its time is over or the signal comes: first politely, then its whole group for good. */
function endOnTimeoutOrAbort(child, { timeoutMs, signal }) {
	let reason;
	let killTimer;
	const end = (why) => {
		reason ??= why;
		killGroup(child, "SIGTERM");
		killTimer ??= setTimeout(() => {
			killGroup(child, "SIGKILL");
			child.stdout.destroy();
			child.stderr.destroy();
		}, graceMs);
	};
	const onAbort = () => {
		end("aborted");
	};
	signal?.addEventListener("abort", onAbort, { once: true });
	const timer = timeoutMs === void 0 ? void 0 : setTimeout(() => {
		end("timeout");
	}, timeoutMs);
	return {
		cancel: () => {
			clearTimeout(timer);
			clearTimeout(killTimer);
			signal?.removeEventListener("abort", onAbort);
		},
		reason: () => reason
	};
}
function killGroup(child, signal) {
	if (child.pid === void 0) return;
	try {
		process.kill(-child.pid, signal);
	} catch {
		child.kill(signal);
	}
}
/** Keeps the last bytes of a stream and tells its lines; gives what was kept. */
function collect(stream, { onLine, maxOutput = defaultMaxOutput }) {
	const decoder = new StringDecoder("utf8");
	let kept = "";
	let line = "";
	const take = (text) => {
		kept += text;
		if (kept.length > maxOutput * 2) kept = kept.slice(-maxOutput);
		if (onLine === void 0) return;
		const lines = (line + text).split("\n");
		line = (lines.pop() ?? "").slice(-4096);
		for (const whole of lines) onLine(lastRewrite(whole));
	};
	stream.on("data", (chunk) => {
		take(decoder.write(chunk));
	});
	stream.once("end", () => {
		take(decoder.end());
		if (line !== "") onLine?.(lastRewrite(line));
	});
	return () => kept.slice(-maxOutput);
}
function lastRewrite(line) {
	return (line.split("\r").filter((part) => part !== "").at(-1) ?? "").slice(0, maxLineLength);
}
const signalNumbers = {
	SIGHUP: 1,
	SIGINT: 2,
	SIGQUIT: 3,
	SIGILL: 4,
	SIGABRT: 6,
	SIGKILL: 9,
	SIGSEGV: 11,
	SIGPIPE: 13,
	SIGTERM: 15
};
function signalNumber(signal) {
	return (signal === null ? void 0 : signalNumbers[signal]) ?? 0;
}

// src/engines/tools.ts
/**
* The absolute path of the first program of that name on PATH. Empty and relative entries of PATH are passed over: they
* would run whatever a checkout holds.
*/
async function findTool(name, path) {
	return (await findTools(name, path))[0];
}
/** All programs of that name, in the order of PATH; one that is reached in two ways (`/bin`, `/usr/bin`) counts once. */
async function findTools(name, path) {
	const found = /* @__PURE__ */ new Map();
	for (const folder of (path ?? "").split(delimiter)) {
		if (!isAbsolute(folder)) continue;
		const candidate = join(folder, name);
		if (!await isProgram(candidate)) continue;
		const real = await realpath(candidate);
		if (!found.has(real)) found.set(real, candidate);
	}
	return [...found.values()];
}
async function isProgram(path) {
	try {
		await access(path, constants.X_OK);
		return (await stat(path)).isFile();
	} catch {
		return false;
	}
}

// src/engines/session.ts
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
	constructor(name, command, options) {
		this.name = name;
		this.#command = command;
		this.options = options;
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
		for (const line of shownVariables(env)) log.info(line);
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
		return this.#run(args, {
			timeoutMs: questionMs,
			...options
		});
	}
	/** Runs it with every line of its output in the log. */
	async tell(args, options = {}) {
		const { log } = this.options;
		return this.#run(args, {
			onLine: (line) => {
				log.info(logLine(line));
			},
			...options
		});
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
	}
	async #run(args, options) {
		const { signal, cwd, env, exec = spawnExec, log } = this.options;
		const { evenIfAborted, tool: other, ...given } = options;
		const tool = other ?? await this.tool();
		log.debug(`${tool} ${args.join(" ")}`);
		const result = await exec(tool, args, {
			cwd,
			...signal !== void 0 && evenIfAborted !== true && { signal },
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

// src/engines/tar.ts
const block = 512;
const maxOctalSize = 8589934591;
const types = {
	file: "0",
	link: "2",
	folder: "5"
};
/**
* The header of an entry: ustar, with a pax header before it where a name is long or not ASCII, or a size is above 8 GiB. Owned by
* root, at `mtime` (seconds since 1970). A writer of our own, since the same entries have to give the same bytes whatever
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
	put(octal(0, 8), 108);
	put(octal(0, 8), 116);
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

// src/engines/assemble.ts
const assembleCapabilities = {
	source: "files",
	modes: ["cross", "native"],
	smokeTest: false,
	pushesBy: "client",
	caCertificate: true,
	insecureRegistries: "any"
};
/**
* No engine at all: files go into one layer, and that with a configuration and a manifest makes an image. The same files give the
* same bytes on every host.
*
* The layer is a gzip that is not compressed: what deflate makes of the same bytes differs from host to host (see gzip.ts), and some
* tools take no plain tar.
*/
var AssembleEngine = class {
	name = "assemble";
	capabilities = assembleCapabilities;
	#session;
	#images = /* @__PURE__ */ new Map();
	constructor(options) {
		this.#session = new Session("assemble", "assemble", options);
	}
	/** The machine that this process is on: nothing is run, so there is nobody else to ask. */
	host() {
		const architecture = architectureOfUname(machine());
		if (architecture === void 0) return Promise.reject(new CodedError("E_PLATFORM", `the machine ${quote(machine())} is not a registered architecture`, { hint: "give platform" }));
		return Promise.resolve({
			version: "1",
			label: "assemble",
			platform: normalisePlatform({
				os: "linux",
				architecture
			})
		});
	}
	async preflight(platform, mode) {
		const target = formatPlatform(platform);
		if (platform.os === "windows") throw new CodedError("E_UNSUPPORTED", `engine assemble makes no ${target} images: their layers are of another kind`);
		if (mode === "emulate") throw new CodedError("E_UNSUPPORTED", "engine assemble runs nothing, so there is nothing to emulate", { hint: "leave mode out, or set mode: cross" });
		const host = await this.host();
		if (mode === "native" && !samePlatform(host.platform, platform)) throw new CodedError("E_HOST_MISMATCH", `${target} was to be built natively, and this machine is ${formatPlatform(host.platform)}`, { hint: "with engine assemble, leave mode out or set mode: cross" });
		return {
			mode,
			note: `${target} is assembled from files; nothing of it is run here`
		};
	}
	async build(request) {
		const { source, platform } = request;
		const { options } = this.#session;
		if (source.kind !== "files") throw new CodedError("E_UNSUPPORTED", "engine assemble reads no Dockerfile", { hint: "give files, or use engine docker, podman or buildah" });
		if (source.base !== void 0 && source.base !== "" && source.base !== "scratch") throw new CodedError("E_UNSUPPORTED", `engine assemble can't put files on ${quote(source.base)} yet`, { hint: "leave base out, which means scratch" });
		checkValues(request, options.log);
		await this.preflight(platform, request.mode);
		const seconds = sourceDate(options.env);
		const entries = await layerEntries(source, platform, options);
		const image = await this.#assemble(entries, request, source, seconds);
		const id = image.manifest.digest;
		this.#images.set(id, image);
		options.log.info(`assembled ${entries.length} ${entries.length === 1 ? "entry" : "entries"} into ${id} for ${formatPlatform(platform)}`);
		return {
			engine: this.name,
			id,
			name: id,
			manifest: image.manifest
		};
	}
	async #assemble(entries, { platform, labels }, source, seconds) {
		const layerFile = join(await this.#session.folder(), `${this.#session.uniqueId()}.tar`);
		const { descriptor: layer, diffId } = await writeLayer(layerFile, entries, seconds, this.#session.options.signal);
		const configBytes = imageConfig({
			platform,
			source,
			labels: labels ?? {},
			diffId,
			seconds
		});
		const config = {
			mediaType: mediaTypes.ociConfig,
			digest: digestOf(configBytes),
			size: configBytes.length
		};
		const bytes = Buffer.from(JSON.stringify({
			schemaVersion: 2,
			mediaType: mediaTypes.ociManifest,
			config,
			layers: [layer]
		}));
		return {
			platform,
			layer,
			layerFile,
			config,
			configBytes,
			manifest: {
				bytes,
				digest: digestOf(bytes),
				mediaType: mediaTypes.ociManifest
			}
		};
	}
	async platformOf(image) {
		return this.#get(image).platform;
	}
	run() {
		return Promise.reject(new CodedError("E_UNSUPPORTED", "engine assemble runs nothing, so there is no smoke test", { hint: "leave smoke-test out, or test on the target machine with \"verify --smoke-test\"" }));
	}
	async push(image, reference) {
		const { uploader, log } = this.#session.options;
		const { layer, layerFile, config, configBytes, manifest } = this.#get(image);
		if (uploader === void 0) throw new CodedError("E_INTERNAL", "engine assemble was given nobody to upload with");
		const { repository } = reference;
		await uploader.uploadBlob(repository, layer, () => createReadStream(layerFile));
		await uploader.uploadBlob(repository, config, () => chunks(configBytes));
		await uploader.putManifest(repository, reference.tag ?? manifest.digest, manifest);
		log.info(`pushed ${formatReference(reference)} as ${manifest.digest}`);
	}
	async remove(image) {
		this.#images.delete(image.id);
	}
	async close() {
		this.#images.clear();
		await this.#session.close();
	}
	#get(image) {
		const found = this.#images.get(image.id);
		if (found === void 0) throw new CodedError("E_INTERNAL", `${image.id} was not assembled here`);
		return found;
	}
};
async function* chunks(bytes) {
	yield await Promise.resolve(bytes);
}
/** Seconds since 1970 that stand for all times in the image. https://reproducible-builds.org/specs/source-date-epoch/ */
function sourceDate(env) {
	const text = env["SOURCE_DATE_EPOCH"];
	if (text === void 0 || text === "") return 0;
	if (/^\d{1,10}$/.test(text)) return Number(text);
	throw new CodedError("E_INPUT", `SOURCE_DATE_EPOCH is ${quote(text)}`, { hint: "it is a number of seconds since 1970" });
}
async function writeLayer(file, entries, seconds, signal) {
	const tar = new DigestStream();
	const blob = new DigestStream();
	const gzip = new StoredGzip();
	let size = 0;
	const handle = await open(file, "wx", 384);
	const store = async (bytes) => {
		blob.update(bytes);
		size += bytes.length;
		await writeAll(handle, bytes);
	};
	const write = async (bytes) => {
		tar.update(bytes);
		await store(gzip.write(bytes));
	};
	try {
		for (const entry of entries) {
			signal?.throwIfAborted();
			await write(tarHeader(entry, seconds));
			if (entry.source === void 0) continue;
			await copyContent(entry, entry.source, write);
			await write(padding(entry.size));
		}
		await write(tarEnd);
		await store(gzip.end());
	} finally {
		await handle.close();
	}
	return {
		descriptor: {
			mediaType: mediaTypes.ociLayerGzip,
			digest: blob.digest(),
			size
		},
		diffId: tar.digest()
	};
}
async function copyContent(entry, source, write) {
	let copied = 0;
	for await (const chunk of createReadStream(source)) {
		const bytes = chunk;
		copied += bytes.length;
		if (copied <= entry.size) await write(bytes);
	}
	if (copied !== entry.size) throw new CodedError("E_INPUT", `${quote(source)} changed its size while it was read`, { hint: "assemble when the files are finished" });
}
async function writeAll(handle, bytes) {
	for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
}

// src/engines/arguments.ts
/** `user:password@` in a URL. */
const hasPassword = /\/\/[^/@\s]*:[^/@\s]*@/;
/**
* Build arguments for the command line. The value of one that looks like a secret goes by the environment: anybody on the machine
* can read argument vectors.
*/
function buildArguments(values) {
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

// src/engines/auth.ts
/** Docker Hub's key in auth files of Docker's making. */
const hubKey = "https://index.docker.io/v1/";
/**
* A private DOCKER_CONFIG in `folder`: the user's own configuration with these logins over it, contexts and plugins linked.
* Credentials never stand in an argument vector, nor in a file that outlives the leg.
* @returns the variables that make the docker command use it. @throws E_INPUT where the user's own file is no JSON.
*/
async function writeDockerConfig(folder, logins, env) {
	const home = dockerFolder(env);
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
/**
* A registries.conf in `folder` that adds these registries as insecure to what the user or the system has: so that a FROM image
* may come from there, without switching checks off for every other registry.
*/
async function writeRegistriesConf(folder, insecure, env) {
	const configHome = env["XDG_CONFIG_HOME"] ?? (env["HOME"] === void 0 ? void 0 : join(env["HOME"], ".config"));
	const candidates = [
		env["CONTAINERS_REGISTRIES_CONF"],
		configHome === void 0 ? void 0 : join(configHome, "containers", "registries.conf"),
		"/etc/containers/registries.conf",
		"/usr/share/containers/registries.conf"
	];
	let own = "";
	for (const path of candidates) {
		const text = path === void 0 || path === "" ? void 0 : await readIfThere(path);
		if (text === void 0) continue;
		own = text;
		break;
	}
	const added = /^\s*\[registries\./m.test(own) ? [] : insecure.filter((registry) => !own.includes(`"${registry}"`)).map((registry) => `\n[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
	await mkdir(folder, {
		recursive: true,
		mode: 448
	});
	const path = join(folder, "registries.conf");
	await writeFile(path, `${own}\n${added.join("")}`, { mode: 384 });
	return { CONTAINERS_REGISTRIES_CONF: path };
}
function authFiles(env) {
	const home = env["HOME"];
	const explicit = env["REGISTRY_AUTH_FILE"];
	if (explicit !== void 0 && explicit !== "") return [explicit];
	const runtime = env["XDG_RUNTIME_DIR"];
	const config = env["XDG_CONFIG_HOME"] ?? (home === void 0 ? void 0 : join(home, ".config"));
	const docker = dockerFolder(env);
	return [
		...runtime === void 0 ? [`/run/containers/${process.getuid?.() ?? 0}/auth.json`] : [join(runtime, "containers", "auth.json")],
		...config === void 0 ? [] : [join(config, "containers", "auth.json")],
		...docker === void 0 ? [] : [join(docker, "config.json")]
	];
}
function dockerFolder(env) {
	const explicit = env["DOCKER_CONFIG"];
	if (explicit !== void 0 && explicit !== "") return explicit;
	return env["HOME"] === void 0 ? void 0 : join(env["HOME"], ".docker");
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

// src/engines/probe.ts
const machines = {
	amd64: {
		number: 62,
		bits: 64,
		exit: "31ff b83c000000 0f05"
	},
	"386": {
		number: 3,
		bits: 32,
		exit: "31db b801000000 cd80"
	},
	arm64: {
		number: 183,
		bits: 64,
		exit: "000080d2 a80b80d2 010000d4"
	},
	arm: {
		number: 40,
		bits: 32,
		flags: 83886592,
		exit: "0000a0e3 0170a0e3 000000ef"
	},
	ppc64le: {
		number: 21,
		bits: 64,
		flags: 2,
		exit: "00006038 01000038 02000044"
	},
	s390x: {
		number: 22,
		bits: 64,
		bigEndian: true,
		exit: "a7290000 0a01 0707"
	},
	riscv64: {
		number: 243,
		bits: 64,
		exit: "13050000 9308d005 73000000"
	},
	loong64: {
		number: 258,
		bits: 64,
		exit: "04008002 0b748102 00002b00"
	}
};
/** The program, or undefined for a machine that we have none for. */
function probeProgram(architecture) {
	const machine = Object.hasOwn(machines, architecture) ? machines[architecture] : void 0;
	if (machine === void 0) return void 0;
	const code = Buffer.from(machine.exit.replaceAll(" ", ""), "hex");
	return Buffer.concat([machine.bits === 64 ? header64(machine, code.length) : header32(machine, code.length), code]);
}
/** Writes numbers of the given widths in the machine's own byte order. */
function pack(bigEndian, fields) {
	return Buffer.concat(fields.map(([width, value]) => {
		const bytes = Buffer.alloc(width);
		const wide = BigInt(value);
		for (let index = 0; index < width; index++) {
			const shift = BigInt(8 * (bigEndian ? width - 1 - index : index));
			bytes[index] = Number(wide >> shift & 255n);
		}
		return bytes;
	}));
}
const executable = 2;
const loadable = 1;
const readAndExecute = 5;
function identity(machine) {
	const start = Buffer.from([
		127,
		69,
		76,
		70,
		machine.bits / 32,
		machine.bigEndian === true ? 2 : 1,
		1,
		0
	]);
	return Buffer.concat([start, Buffer.alloc(8)]);
}
function header64(machine, codeLength) {
	const base = 4194304;
	const size = 120 + codeLength;
	const rest = pack(machine.bigEndian === true, [
		...[
			[2, executable],
			[2, machine.number],
			[4, 1],
			[8, 4194424],
			[8, 64],
			[8, 0]
		],
		...[
			[4, machine.flags ?? 0],
			[2, 64],
			[2, 56],
			[2, 1],
			[2, 0],
			[2, 0],
			[2, 0]
		],
		...[
			[4, loadable],
			[4, readAndExecute],
			[8, 0],
			[8, base],
			[8, base]
		],
		...[
			[8, size],
			[8, size],
			[8, 65536]
		]
	]);
	return Buffer.concat([identity(machine), rest]);
}
function header32(machine, codeLength) {
	const base = 65536;
	const size = 84 + codeLength;
	const rest = pack(machine.bigEndian === true, [
		...[
			[2, executable],
			[2, machine.number],
			[4, 1],
			[4, 65620],
			[4, 52],
			[4, 0]
		],
		...[
			[4, machine.flags ?? 0],
			[2, 52],
			[2, 32],
			[2, 1],
			[2, 0],
			[2, 0],
			[2, 0]
		],
		...[
			[4, loadable],
			[4, 0],
			[4, base],
			[4, base],
			[4, size],
			[4, size]
		],
		...[[4, readAndExecute], [4, 4096]]
	]);
	return Buffer.concat([identity(machine), rest]);
}

// src/engines/binfmt.ts
const folder = "/proc/sys/fs/binfmt_misc";
/**
* Asks the kernel of this machine who runs programs of `architecture`: an entry whose magic matches, as the kernel itself
* looks for it, whatever the entry is called.
*/
async function lookUpEmulation(architecture, root = folder) {
	const program = probeProgram(architecture);
	let names;
	try {
		names = await readdir(root);
	} catch (error) {
		return {
			kind: "unknown",
			reason: error instanceof Error ? error.message : String(error)
		};
	}
	if (!names.includes("register")) return {
		kind: "unknown",
		reason: `binfmt_misc is not mounted on ${root}`
	};
	if (program === void 0) return { kind: "absent" };
	const found = [];
	for (const name of names.filter((one) => one !== "register" && one !== "status")) {
		const entry = parseEntry(name, await readFile(join(root, name), "utf8"));
		if (entry !== void 0 && matches(entry, program)) found.push(entry.emulation);
	}
	return found.find((one) => one.kind === "registered" && one.enabled) ?? found[0] ?? { kind: "absent" };
}
/** An entry as the kernel prints it; undefined for one that goes by file extension. */
function parseEntry(name, text) {
	const value = (key) => new RegExp(`^${key}:? (.*)$`, "m").exec(text)?.[1];
	const magic = value("magic");
	const interpreter = value("interpreter");
	if (magic === void 0 || interpreter === void 0) return void 0;
	const mask = value("mask");
	return {
		emulation: {
			kind: "registered",
			name,
			interpreter,
			flags: value("flags") ?? "",
			enabled: text.startsWith("enabled")
		},
		offset: Number(value("offset") ?? 0),
		magic: Buffer.from(magic, "hex"),
		mask: mask === void 0 ? void 0 : Buffer.from(mask, "hex")
	};
}
function matches({ offset, magic, mask }, program) {
	if (magic.length === 0 || offset + magic.length > program.length) return false;
	return magic.every((byte, index) => {
		const bits = mask?.[index] ?? 255;
		return ((program[offset + index] ?? 0) & bits) === (byte & bits);
	});
}

// src/engines/mode.ts
/** 32-bit programs that a 64-bit machine's own processor can run; whether this one does is found out by running one. */
const runsToo = {
	amd64: ["386"],
	arm64: ["arm"]
};
/** How programs of `platform` would be run on a machine of `host`, as far as names tell. */
function relation(platform, host) {
	if (platform.os !== host.os) return "foreign";
	if (platform.architecture === host.architecture) return "same";
	return (runsToo[host.architecture] ?? []).includes(platform.architecture) ? "compatible" : "foreign";
}
/**
* The mode in which `platform` will be built on `host`, before anything was tried.
* @throws E_HOST_MISMATCH, E_UNSUPPORTED.
*/
function decideMode(platform, wanted, host, emulation) {
	const kin = relation(platform, host.platform);
	if (platform.os !== host.platform.os) throw hostMismatch(platform, host);
	if (wanted === "cross") throw new CodedError("E_UNSUPPORTED", `${host.label} does not build ${formatPlatform(platform)} in mode cross yet`, { hint: "engine assemble does, from files compiled elsewhere; or set mode: emulate" });
	if (kin === "same") return "native";
	const emulated = emulation.kind === "registered" && emulation.enabled;
	if (kin === "compatible" && !emulated) return "native";
	if (wanted === "native") throw hostMismatch(platform, host);
	return "emulate";
}
function hostMismatch(platform, host) {
	const target = formatPlatform(platform);
	const own = formatPlatform(host.platform);
	const arch = platformArch(platform);
	const emulation = platform.os === host.platform.os ? `, or set mode: emulate to run ${arch} programs through QEMU here, which is several times slower` : "";
	return new CodedError("E_HOST_MISMATCH", `${target} was to be built natively, and ${host.label} works on ${own}`, { hint: `run this leg on a ${target} machine (runs-on in the platforms table)${emulation}` });
}
/** How to get emulation of a machine; nothing is installed for the user. */
function emulationCure(platform) {
	return `install QEMU's user emulation before this step: docker/setup-qemu-action, or as root "apt-get install qemu-user-static" (Debian, Ubuntu) or "dnf install qemu-user-static" (Fedora), which registers qemu-${qemuNames[platform.architecture] ?? platform.architecture} with flag F`;
}
const qemuNames = {
	amd64: "x86_64",
	arm64: "aarch64",
	"386": "i386",
	loong64: "loongarch64"
};
/**
* Whether the kernel can emulate this platform in containers, where it can be asked.
* @throws E_UNSUPPORTED where nobody registered for it, where that is switched off, or where flag F is missing: the kernel
* would look for the interpreter inside the image.
*/
function checkEmulation(platform, emulation) {
	const target = formatPlatform(platform);
	if (emulation.kind === "unknown") return;
	if (emulation.kind === "absent") throw new CodedError("E_UNSUPPORTED", `this kernel has no emulation of ${target}: nothing in binfmt_misc takes its programs`, { hint: emulationCure(platform) });
	if (!emulation.enabled) throw new CodedError("E_UNSUPPORTED", `emulation of ${target} is registered as ${emulation.name} and switched off`, { hint: `as root: echo 1 > /proc/sys/fs/binfmt_misc/${emulation.name}` });
	if (!emulation.flags.includes("F")) throw new CodedError("E_UNSUPPORTED", `emulation of ${target} is registered as ${emulation.name} (${emulation.interpreter}) without flag F, so containers can't use it`, { hint: `register it again with flag F (fix binary); ${emulationCure(platform)}` });
}
/** One line about what runs the programs. */
function describeMode(mode, platform, host, emulation) {
	const target = formatPlatform(platform);
	if (mode === "native") return `${target} runs natively on ${host.label} (${formatPlatform(host.platform)})`;
	const by = emulation.kind === "registered" ? `${emulation.interpreter} (binfmt_misc ${emulation.name}, flags ${emulation.flags})` : "emulation that the engine's kernel has";
	return `${target} is emulated on ${host.label} (${formatPlatform(host.platform)}) by ${by}; expect it to be 2 to 20 times slower`;
}

// src/engines/smoke.ts
/** What only a shell understands: pipes, lists, redirections, variables, substitutions, globs, comments, `~`. */
const needsShell = /[|&;<>()$`*?#~\n]|\[(?!")/;
/**
* The program and arguments of a smoke test. Words and a JSON list are run as they are, so that an image without a shell
* can be tested; a line that needs one goes to the image's own `/bin/sh -c`.
* @throws E_INPUT where it is empty or its quotes do not end.
*/
function smokeTestArguments(command) {
	const text = command.trim();
	if (!text.startsWith("[") && needsShell.test(withoutSingleQuoted(text))) return [
		"/bin/sh",
		"-c",
		text
	];
	let words;
	try {
		words = splitWords(text);
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		throw new CodedError("E_INPUT", `smoke-test ${error.message}`, {
			...error.hint !== void 0 && { hint: error.hint },
			cause: error
		});
	}
	const [program, ...rest] = words;
	if (program !== void 0 && program !== "") return [program, ...rest];
	throw new CodedError("E_INPUT", `smoke-test is ${quote(command)}, which is no command`, { hint: "name a program that is in the image, such as /usr/bin/app --version" });
}
function withoutSingleQuoted(text) {
	return text.replace(/'[^']*'/g, "");
}

// src/engines/container-engine.ts
const imageId = /^(?:sha256:)?([0-9a-f]{64})$/;
const maxPushes = 3;
/** What is worth another try, in the words of the engines; what a registry refuses for good is not. */
const passing = /\b50[0234]\b|\b429\b|toomanyrequests|timeout|connection re(?:set|fused)|unexpected EOF|: EOF|broken pipe|temporar/i;
/**
* The part that all engines of containers share: what is asked, checked and said, in which order. An engine says how its own
* command is told to do each step.
*/
var ContainerEngine = class {
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
		const key = `${formatPlatform(platform)} ${mode}`;
		const known = this.#ready.get(key) ?? this.#preflight(platform, mode);
		this.#ready.set(key, known);
		return known;
	}
	async #preflight(platform, wanted) {
		const host = await this.host();
		const emulation = await this.#emulation(platform, host);
		const mode = decideMode(platform, wanted, host, emulation);
		if (mode === "emulate") checkEmulation(platform, emulation);
		const told = describeMode(mode, platform, host, emulation);
		const program = probeProgram(platform.architecture);
		const id = this.session.uniqueId();
		const folder = await this.session.folderWith(`probe-${id}`, {
			Dockerfile: "FROM scratch\nCOPY probe /probe\nRUN [\"/probe\"]\n",
			probe: program ?? probeProgram(host.platform.architecture) ?? ""
		});
		const tried = program === void 0 ? host.platform : platform;
		const { result, notes } = await this.tryProgram(folder, tried, `localhost/native-multiarch-probe:${id}`);
		if (result.code !== 0) throw this.#probeFailure(result, platform, mode, host);
		for (const note of notes) this.session.options.log.info(note);
		return {
			mode,
			note: [told, ...notes].join("; ")
		};
	}
	async #emulation(platform, host) {
		if (relation(platform, host.platform) === "same") return { kind: "absent" };
		if (!this.isLocal()) return {
			kind: "unknown",
			reason: "the engine is on another machine"
		};
		return (this.session.options.lookUpEmulation ?? lookUpEmulation)(platform.architecture);
	}
	#probeFailure(result, platform, mode, host) {
		const target = formatPlatform(platform);
		if (!/exec format error/i.test(`${result.stdout}${result.stderr}`)) {
			const error = this.session.failure(result, {
				doing: "build",
				platform
			});
			return error.code === "E_BUILD" ? new CodedError("E_ENGINE", `${this.name} can't run a program of ${target} here: ${lastLines(`${result.stdout}\n${result.stderr}`)}`, { hint: "try the same by hand: FROM scratch, COPY and RUN of a static program" }) : error;
		}
		if (mode === "native") return new CodedError("E_HOST_MISMATCH", `the processor of ${host.label} (${formatPlatform(host.platform)}) does not run programs of ${target}`, { hint: `run this leg on a ${target} machine; some 64-bit processors have no 32-bit mode` });
		return new CodedError("E_UNSUPPORTED", `${host.label} (${formatPlatform(host.platform)}) has no emulation of ${target} that works in containers`, { hint: emulationCure(platform) });
	}
	async build(request) {
		const { source } = request;
		if (source.kind !== "dockerfile") throw new CodedError("E_UNSUPPORTED", `${this.name} builds Dockerfiles, and files were given`, { hint: "engine assemble makes images from files" });
		checkValues(request, this.session.options.log);
		const paths = await checkSource(source, this.session.options, this.dockerfileNames);
		await this.preflight(request.platform, request.mode);
		const id = this.session.uniqueId();
		const name = `localhost/native-multiarch:${id}`;
		const idFile = join(await this.session.folder(), `${id}.iid`);
		const result = await this.runBuild({
			request,
			source,
			paths,
			name,
			idFile
		});
		if (result.code !== 0) throw this.session.failure(result, {
			doing: "build",
			platform: request.platform
		});
		return {
			engine: this.name,
			id: await this.#readId(idFile),
			name
		};
	}
	async #readId(idFile) {
		const text = (await readFile(idFile, "utf8")).trim();
		const hex = imageId.exec(text)?.[1];
		if (hex === void 0) throw new CodedError("E_ENGINE", `${this.name} gave ${show(text, 80)} where an image id was to be`);
		return `sha256:${hex}`;
	}
	async run(image, options) {
		const program = smokeTestArguments(options.command);
		const result = await this.runCommand(image, program, options);
		if (result.code === 0) return;
		const output = `${result.stdout}\n${result.stderr}`;
		const told = lastLines(output);
		const said = told === "" ? "it said nothing" : told;
		const what = `smoke test ${JSON.stringify(show(options.command, 200))} on ${formatPlatform(options.platform)}`;
		if (result.ended === "timeout") throw new CodedError("E_SMOKE_TEST", `${what} did not end within ${options.timeoutMs / 1e3} s: ${said}`, { hint: "nothing was pushed; it has to end by itself" });
		const trouble = runtimeTrouble(output);
		if (trouble !== void 0) throw new CodedError("E_ENGINE", `${this.name} can't start containers here: ${trouble.says}`, { hint: trouble.cure });
		throw new CodedError("E_SMOKE_TEST", `${what} ended with ${result.code}: ${said}`, { hint: smokeHint(result.code, output) });
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
function smokeHint(code, output) {
	if (code === 127 || /executable file not found|no such file or directory/.test(output)) return "nothing was pushed; is that program in the image, and on its PATH? An image without a shell runs plain words only";
	return "nothing was pushed; the log above has its output";
}
function wait(ms) {
	return new Promise((resolve) => {
		setTimeout(resolve, ms);
	});
}

// src/engines/registries.ts
/** Whether `registry` (`host[:port]`) is this machine itself, where plain HTTP is always allowed. */
function isLoopback(registry) {
	const host = registry.startsWith("[") ? registry.slice(1, registry.indexOf("]")) : registry.split(":", 1)[0] ?? "";
	return host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

// src/engines/containers.ts
const containersCapabilities = {
	source: "dockerfile",
	modes: ["native", "emulate"],
	smokeTest: true,
	pushesBy: "engine",
	caCertificate: true,
	insecureRegistries: "any"
};
const probeMs$1 = 18e4;
/**
* What podman and buildah have in common: they are one builder, one storage and one registry client.
* https://docs.podman.io/en/stable/markdown/podman-build.1.html
*/
var ContainersEngine = class extends ContainerEngine {
	capabilities = containersCapabilities;
	dockerfileNames = ["Containerfile", "Dockerfile"];
	arrangement = {};
	#configured;
	/** The isolation of RUN steps: the user's own word goes first, then what the preflight found. */
	get isolation() {
		const own = this.session.options.env["BUILDAH_ISOLATION"];
		return own === void 0 || own === "" ? this.arrangement.isolation : own;
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
		for (const arrangement of await this.#arrangements()) {
			const result = await this.#attempt(arrangement, folder, platform, name);
			first ??= result;
			if (result.code === 0) {
				this.arrangement = arrangement;
				return {
					result,
					notes: this.#notes(arrangement, refused)
				};
			}
			const trouble = runtimeTrouble(`${result.stdout}\n${result.stderr}`);
			if (trouble === void 0) return {
				result,
				notes: []
			};
			refused.push(trouble.says);
		}
		if (first === void 0) throw new CodedError("E_INTERNAL", "no way to run a program was tried");
		return {
			result: first,
			notes: []
		};
	}
	/** In the order of how much they keep apart: the engine's own way, runc, and last a chroot. */
	async #arrangements() {
		if (Object.keys(this.arrangement).length > 0) return [this.arrangement];
		const { env } = this.session.options;
		const runc = await findTool("runc", env["PATH"]);
		const own = env["BUILDAH_ISOLATION"] ?? "";
		return [
			{},
			...runc === void 0 || own === "chroot" ? [] : [{ runtime: runc }],
			...own === "" ? [{ isolation: "chroot" }] : []
		];
	}
	async #attempt(arrangement, folder, platform, name) {
		const network = (arrangement.isolation ?? this.session.options.env["BUILDAH_ISOLATION"]) === "chroot" ? [] : ["--network", "none"];
		const options = {
			env: this.variables(arrangement),
			timeoutMs: probeMs$1
		};
		const args = [
			"--no-cache",
			"--layers=false",
			"--force-rm",
			...network,
			"--platform",
			formatPlatform(platform),
			"--tag",
			name,
			folder
		];
		const result = await this.session.ask([
			...this.globalArguments(arrangement),
			this.buildCommand,
			...args
		], options);
		if (result.code === 0) await this.session.ask(["rmi", name], { evenIfAborted: true });
		return result;
	}
	#notes({ runtime, isolation }, refused) {
		const why = refused.length === 0 ? "" : `, since ${refused.join("; then ")}`;
		if (runtime !== void 0) return [`${this.name} uses ${runtime}${why}`];
		if (isolation !== void 0) return [`${this.name} uses BUILDAH_ISOLATION=${isolation}, with the host's network in RUN steps${why}`];
		return this.isolation === void 0 ? [] : [`${this.name} uses BUILDAH_ISOLATION=${this.isolation}, as it was set`];
	}
	async runBuild({ request, source, paths, name, idFile }) {
		const registry = await this.configure();
		const { args, env } = buildArguments(source.buildArgs ?? {});
		return this.session.tell([
			...this.globalArguments(this.arrangement),
			this.buildCommand,
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
			...source.target === void 0 ? [] : ["--target", source.target],
			...this.#network(source.network),
			...Object.entries(request.labels ?? {}).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
			...args,
			paths.context
		], { env: {
			...env,
			...this.variables(this.arrangement)
		} });
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
	async remove(image) {
		const answer = await this.session.ask(["rmi", image.name], { evenIfAborted: true });
		if (answer.code !== 0 && !/image not known|no such image/i.test(answer.stderr)) this.session.options.log.warning(`${image.name} was not removed: ${lastLines(answer.stderr, 1, 300)}`);
	}
};

// src/engines/buildah.ts
/** buildah, which has neither a daemon nor a service. https://github.com/containers/buildah/tree/main/docs */
var BuildahEngine = class extends ContainersEngine {
	buildCommand = "bud";
	constructor(options) {
		super("buildah", new Session("buildah", "buildah", options));
	}
	isLocal() {
		return true;
	}
	globalArguments() {
		return [];
	}
	runtimeVariables({ runtime }) {
		return runtime === void 0 ? {} : { BUILDAH_RUNTIME: runtime };
	}
	async askHost() {
		const host = (await this.session.askJson(["info"], "the answer of buildah info")).get("host");
		const version = (await this.session.askJson(["version", "--json"], "the answer of buildah version")).get("version").string({ maxLength: 100 });
		return {
			version,
			label: `buildah ${version}`,
			platform: normalisePlatform({
				os: host.get("os").string(),
				architecture: host.get("arch").string(),
				variant: host.get("variant").optional((field) => field.string())
			})
		};
	}
	async platformOf(image) {
		const config = (await this.session.askJson([
			"inspect",
			"--type",
			"image",
			image.id
		], "the answer of buildah inspect")).get("OCIv1");
		return normalisePlatform({
			os: config.get("os").string(),
			architecture: config.get("architecture").string(),
			variant: config.get("variant").optional((field) => field.string())
		});
	}
	async runCommand(image, program, options) {
		const name = `native-multiarch-${this.session.uniqueId()}`;
		const env = this.variables(this.arrangement);
		const made = await this.session.ask([
			"from",
			"--pull=never",
			"--name",
			name,
			image.id
		], { env });
		if (made.code !== 0) return made;
		const chroot = this.isolation === "chroot";
		if (chroot) this.session.options.log.warning("the smoke test has the host's network: buildah in chroot isolation can't take it away");
		const network = chroot ? [] : ["--network", "none"];
		try {
			return await this.session.tell([
				"run",
				"--terminal=false",
				...network,
				name,
				"--",
				...program
			], {
				env,
				timeoutMs: options.timeoutMs
			});
		} finally {
			await this.session.ask(["rm", name], { evenIfAborted: true });
		}
	}
};

// src/engines/docker-builder.ts
const probeMs = 18e4;
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
	const result = await session.ask([
		"build",
		...args,
		...builder.kind === "classic" ? ["--force-rm"] : [],
		probe.folder
	], {
		env: builder.variables,
		tool: builder.tool,
		timeoutMs: probeMs
	});
	if (result.code === 0) await session.ask([
		"image",
		"rm",
		probe.name
	], { evenIfAborted: true });
	return result;
}

// src/engines/dockerfile.ts
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

// src/engines/docker.ts
const dockerCapabilities = {
	source: "dockerfile",
	modes: ["native", "emulate"],
	smokeTest: true,
	pushesBy: "engine",
	caCertificate: false,
	insecureRegistries: "loopback"
};
/** A Docker Engine, by its own command. https://docs.docker.com/reference/cli/docker/ */
var DockerEngine = class extends ContainerEngine {
	capabilities = dockerCapabilities;
	dockerfileNames = ["Dockerfile"];
	#builder;
	#configured;
	constructor(options) {
		super("docker", new Session("docker", "docker", options));
	}
	isLocal() {
		const host = this.session.options.env["DOCKER_HOST"] ?? "";
		const context = this.session.options.env["DOCKER_CONTEXT"] ?? "";
		return (host === "" || host.startsWith("unix:")) && (context === "" || context === "default");
	}
	async askHost() {
		const answer = await this.session.ask([
			"version",
			"--format",
			"{{json .}}"
		]);
		if (answer.code !== 0) {
			if (/podman/i.test(answer.stderr) && !/Docker daemon/.test(answer.stderr)) throw await this.#isPodman();
			throw this.session.failure(answer, { doing: "ask" });
		}
		const server = (await this.#parse(answer.stdout)).get("Server");
		if ((server.get("Components").optional((field) => field.items(50)) ?? []).some((one) => /podman/i.test(one.get("Name").optional((name) => name.string()) ?? ""))) throw await this.#isPodman();
		const number = server.get("Version").string({ maxLength: 100 });
		const platform = normalisePlatform({
			os: server.get("Os").string(),
			architecture: server.get("Arch").string()
		});
		await this.#tellOfCertificates();
		return {
			version: number,
			label: `docker ${number.replace(/\+.*$/, "")}`,
			platform
		};
	}
	async #parse(text) {
		const field = parseFields(Buffer.from(text), "the answer of docker version", {
			code: "E_ENGINE",
			maxDepth: 20
		});
		if (field.get("Server").absent) throw await this.#isPodman();
		return field;
	}
	async #isPodman() {
		const answer = await this.session.ask(["--version"]);
		return new CodedError("E_ENGINE", `${await this.session.tool()} leads to podman, not to a Docker Engine (${answer.stdout.trim().slice(0, 80)})`, { hint: "use engine: podman" });
	}
	#tellOfCertificates() {
		const { caCertificate, insecureRegistries = [], log } = this.session.options;
		if (caCertificate !== void 0) log.info("the Docker daemon has its own certificates: ca-certificate reaches our own requests, and the daemon's pushes need /etc/docker/certs.d/<registry>/ca.crt");
		if (insecureRegistries.length > 0) log.info("the Docker daemon has its own list of insecure registries, in daemon.json; loopback is always on it");
		return Promise.resolve();
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
		if (result.code === 0) this.#builder = builder;
		return {
			result,
			notes: result.code === 0 ? [builder.note] : []
		};
	}
	async runBuild({ request, source, paths, name, idFile }) {
		const builder = this.#builder;
		if (builder === void 0) throw new CodedError("E_INTERNAL", "docker builds before its preflight");
		const host = await this.host();
		const { file } = paths;
		const given = source.buildArgs ?? {};
		const automatic = builder.kind === "classic" ? automaticArguments(await readFile(file, "utf8"), request.platform, host.platform) : {};
		const { args, env } = buildArguments({
			...automatic,
			...given
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
			...source.target === void 0 ? [] : ["--target", source.target],
			...source.network === void 0 ? [] : ["--network", source.network],
			...Object.entries(request.labels ?? {}).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
			...args,
			paths.context
		], {
			env: {
				...env,
				...builder.variables
			},
			tool: builder.tool
		});
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
	async runCommand(image, [program, ...rest], options) {
		const name = `native-multiarch-${this.session.uniqueId()}`;
		const args = [
			"run",
			"--rm",
			"--name",
			name,
			"--network",
			"none",
			"--pull",
			"never",
			"--platform",
			formatPlatform(options.platform)
		];
		try {
			return await this.session.tell([
				...args,
				"--entrypoint",
				program,
				image.id,
				...rest
			], { timeoutMs: options.timeoutMs });
		} finally {
			await this.session.ask([
				"rm",
				"--force",
				name
			], { evenIfAborted: true });
		}
	}
	/** Docker pushes by name only: the name is ours for as long as that takes, and then what it was before. */
	async runPush(image, reference) {
		await this.#configure();
		const name = formatReference(reference);
		const before = await this.#idOf(name);
		const tagged = await this.session.ask([
			"image",
			"tag",
			image.id,
			name
		]);
		if (tagged.code !== 0) return tagged;
		try {
			const pushed = await this.session.tell(["push", name]);
			if (pushed.code !== 0 || await this.#idOf(name) === image.id) return pushed;
			throw new CodedError("E_ENGINE", `the local name ${name} was moved by somebody else while it was pushed`, { hint: "give each leg its own arch-tag, for example {tag}-{arch}-{run}" });
		} finally {
			if (await this.#idOf(name) === image.id && before !== image.id) await this.session.ask(before === void 0 ? [
				"image",
				"rm",
				"--no-prune",
				name
			] : [
				"image",
				"tag",
				before,
				name
			], { evenIfAborted: true });
		}
	}
	async #idOf(name) {
		const answer = await this.session.ask([
			"image",
			"inspect",
			"--format",
			"{{.Id}}",
			name
		], { evenIfAborted: true });
		return answer.code === 0 ? answer.stdout.trim() : void 0;
	}
	async remove(image) {
		const answer = await this.session.ask([
			"image",
			"rm",
			image.name
		], { evenIfAborted: true });
		if (answer.code !== 0 && !/No such image/i.test(answer.stderr)) this.session.options.log.warning(`${image.name} was not removed: ${answer.stderr.trim().slice(0, 300)}`);
	}
};

// src/engines/podman.ts
/** Limits that every host grants; podman's own are those of the machine, which a container may not always have. */
const modestLimits = [
	"--ulimit",
	"nofile=1024:1024",
	"--ulimit",
	"nproc=1024:1024"
];
/** podman, local or remote. */
var PodmanEngine = class extends ContainersEngine {
	buildCommand = "build";
	#info;
	#local = true;
	constructor(options) {
		super("podman", new Session("podman", "podman", options));
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
		return {
			version,
			label: `podman ${version}`,
			platform: normalisePlatform({
				os: host.get("os").string(),
				architecture: host.get("arch").string(),
				variant: host.get("variant").optional((field) => field.string())
			})
		};
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
	#inspect(image) {
		return this.session.askJson([
			"image",
			"inspect",
			"--format",
			"{{json .}}",
			image.id
		], "the answer of podman image inspect");
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
	/** Where the runtime refuses to start the container, nothing ran: so it is tried again with what this host lacks. */
	async runCommand(image, [program, ...rest], options) {
		const { log, env } = this.session.options;
		let runtime = this.arrangement.runtime;
		let limits = [];
		for (;;) {
			const name = `native-multiarch-${this.session.uniqueId()}`;
			const flags = [
				"--rm",
				"--name",
				name,
				"--network",
				"none",
				"--stop-timeout",
				"0",
				"--platform",
				formatPlatform(options.platform),
				...limits
			];
			const result = await this.#runOnce([
				...this.globalArguments(runtime === void 0 ? {} : { runtime }),
				"run",
				...flags,
				"--entrypoint",
				JSON.stringify([program, ...rest]),
				image.id
			], name, options);
			const trouble = result.code === 0 ? void 0 : runtimeTrouble(`${result.stdout}\n${result.stderr}`);
			if (trouble === void 0) return result;
			if (trouble.kind === "limits" && limits.length === 0) {
				limits = modestLimits;
				log.info(`podman runs the image with ${limits.join(" ")}, since ${trouble.says}`);
				continue;
			}
			const runc = runtime === void 0 ? await findTool("runc", env["PATH"]) : void 0;
			if (runc === void 0) return result;
			runtime = runc;
			log.info(`podman runs the image with ${runc}, since ${trouble.says}`);
		}
	}
	async #runOnce(args, name, { timeoutMs }) {
		try {
			return await this.session.tell(args, { timeoutMs });
		} finally {
			await this.session.ask([
				"rm",
				"--force",
				"--ignore",
				name
			], { evenIfAborted: true });
		}
	}
};

// src/engines/detect.ts
/**
* In which order `auto` asks. Docker first: where its daemon answers, it is what the machine was set up for, and on hosts where a
* security profile cripples podman and buildah it is the one that works. Buildah last: whoever has podman as well means podman.
*/
const order = [
	"docker",
	"podman",
	"buildah"
];
/** An engine of that name; nothing is contacted yet. */
function createEngine(name, options) {
	switch (name) {
		case "docker": return new DockerEngine(options);
		case "podman": return new PodmanEngine(options);
		case "buildah": return new BuildahEngine(options);
		case "assemble": return new AssembleEngine(options);
	}
}
/**
* `auto`: the first of docker, podman and buildah that answers here, with the reasons why those before it were passed over in
* the log. A name: that engine, asked. @throws E_ENGINE_MISSING, E_ENGINE with every reason.
*/
async function chooseEngine(wanted, options) {
	if (wanted !== "auto") {
		const engine = createEngine(wanted, options);
		await engine.host();
		return engine;
	}
	const passedOver = [];
	for (const name of order) {
		const engine = createEngine(name, options);
		try {
			const host = await engine.host();
			options.log.info(`engine auto is ${host.label}`);
			return engine;
		} catch (error) {
			await engine.close();
			if (!(error instanceof CodedError) || options.signal?.aborted === true) throw error;
			options.log.info(`engine ${name} is passed over: ${errorLine(error)}`);
			passedOver.push(error);
		}
	}
	if (passedOver.every((error) => error.code === "E_ENGINE_MISSING")) throw new CodedError("E_ENGINE_MISSING", "there is no docker, podman or buildah on PATH", { hint: "install one of them; or use engine: assemble for files that were compiled elsewhere, which needs none" });
	throw joinErrors(passedOver.filter((error) => error.code !== "E_ENGINE_MISSING"));
}

export { chooseEngine, createEngine };