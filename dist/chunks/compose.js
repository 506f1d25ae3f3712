// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, i as quote, r as joinErrors, t as CodedError } from "./errors.js";
import { t as githubEnvironment } from "./github-environment.js";
import { n as legTargets, r as targetsOf } from "./inputs-targets.js";
import { t as isLayout } from "./oci-layout-reference.js";
import { a as laterCommand, n as inputTable, o as laterCommands, t as inputNames } from "./inputs-table.js";
import { d as unreadable, m as splitQuotedLines } from "./inputs-kinds.js";
import { open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";

// src/commands/files.ts
/** At most `max + 1` bytes of a file, so that a reader can tell that it is too long. */
async function readStart(path, max) {
	const file = await open(path);
	try {
		const buffer = Buffer.alloc(Math.min((await file.stat()).size, max) + 1);
		const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
		return buffer.subarray(0, bytesRead);
	} finally {
		await file.close();
	}
}
/** The start of a file that an input names. @throws E_INPUT */
async function readNamed(path, max, input, given) {
	try {
		return await readStart(path, max);
	} catch (error) {
		throw new CodedError("E_INPUT", `the file ${quote(given)}, which ${input} names, can't be read`, {
			hint: input === "ca-certificate" ? "give the path of a PEM file that this user may read, or the PEM text itself" : "give the path of a file that this user may read",
			cause: error
		});
	}
}
/** The files that `records` names. @param cwd where relative paths start */
function recordFiles(cwd) {
	return {
		kind: async (path) => {
			const found = await stat(resolve(cwd, path)).catch((error) => {
				if (typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT") return void 0;
				throw error;
			});
			if (found?.isFile()) return "file";
			return found?.isDirectory() ? "folder" : void 0;
		},
		read: async (path, max) => readStart(resolve(cwd, path), max),
		list: async (path) => (await readdir(resolve(cwd, path))).sort()
	};
}
/** By another name and a rename, so that nobody ever sees a part of it. */
async function writeWhole(path, bytes) {
	const temporary = `${path}.${randomUUID()}`;
	try {
		await writeFile(temporary, bytes, { flag: "wx" });
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw new CodedError("E_INPUT", `the file ${quote(path)}, which output names, can't be written`, {
			hint: "name a file in a folder that is there, and that this user may write to",
			cause: error
		});
	}
}

// src/compose/registry.ts
/** Runs `work` with a client that knows what will be pushed to, and closes it however `work` ends. */
async function withRegistry(inputs, shell, pushRepositories, work) {
	const registry = await registryClient(inputs, shell, pushRepositories);
	try {
		return await work(registry);
	} finally {
		registry.close();
	}
}
/** For questions whose answer spares time, where none is no failure: it has not many seconds to come. */
const impatient = {
	attempts: 2,
	retries: 8,
	connectMs: 5e3,
	headersMs: 15e3,
	documentMs: 15e3,
	waitingMs: 1e4,
	longestRetryAfterMs: 5e3
};
/**
* A client with the credentials, certificate and insecure registries of the inputs. The caller closes it.
* @param pushRepositories those for which tokens are asked for with the right to push, too
*/
async function registryClient(inputs, shell, pushRepositories, limits = {}) {
	const [{ createRegistryClient }, { credentialSource }] = await Promise.all([import("./registry-client.js"), import("./credentials.js")]);
	const { log, env, signal } = shell;
	const caCertificate = await certificate(inputs, shell);
	return createRegistryClient({
		credentials: credentialSource({
			explicit: logins(inputs, log),
			env,
			home: env["HOME"] ?? homedir(),
			...process.getuid !== void 0 && { uid: process.getuid() }
		}),
		log,
		pushRepositories,
		insecureRegistries: inputs["insecure-registries"],
		trustedRealms: [...(inputs["registry-auth"] ?? []).map(({ registry: host }) => host), ...inputs["insecure-registries"]],
		...caCertificate !== void 0 && { caCertificate },
		env,
		signal,
		limits
	});
}
/** Credentials that were given: `username` and `password` are for the first image's registry. */
function logins(inputs, log) {
	const { username, password } = inputs;
	const listed = inputs["registry-auth"] ?? [];
	for (const login of listed) log.secret(login.password);
	if (username === void 0 || password === void 0) return listed;
	const { registry } = firstRepository(inputs);
	return [{
		registry,
		username,
		password
	}, ...listed.filter((login) => login.registry !== registry)];
}
/** The first image; where only references say what is looked at, the first of these. */
function firstRepository(inputs) {
	const [reference] = (inputs.references ?? []).filter(({ repository }) => !isLayout(repository));
	if (reference !== void 0 && inputs.images === void 0) return reference.repository;
	const [target] = targetsOf(inputs.images, inputs.tags);
	if (target !== void 0) return target.image;
	throw new CodedError("E_INPUT", "username is set, and no image says for which registry it is", { hint: "set images, or use registry-auth" });
}
const maxCertificateBytes = 1048576;
/** The text of `ca-certificate`, wherever it stands. */
async function certificate(inputs, { cwd }) {
	const given = inputs["ca-certificate"];
	if (given === void 0 || "pem" in given) return given?.pem;
	const bytes = await readNamed(resolve(cwd, given.path), maxCertificateBytes, "ca-certificate", given.path);
	return Buffer.from(bytes).toString("utf8");
}
/** A client that reads from OCI image layout folders as well. */
async function readingLayouts(registry, { cwd }) {
	const { Layouts, withLayouts } = await import("./commands-places.js");
	return withLayouts(registry, new Layouts({ cwd }));
}

// src/compose/shell.ts
/** Sleeps until the run is ended. */
function sleeper({ signal }) {
	return async (ms) => {
		await setTimeout(ms, void 0, { signal });
	};
}

// src/compose/engines.ts
/** What the inputs that every command with a registry has say to an engine. */
async function engineOptions(inputs, shell, registry) {
	const { env, cwd, log, signal, kind } = shell;
	const workspace = env["GITHUB_WORKSPACE"];
	const caCertificate = await certificate(inputs, shell);
	return {
		log,
		env,
		cwd,
		temp: await shell.scratch(),
		...kind === "action" && workspace !== void 0 && { workspace },
		logins: logins(inputs, log),
		insecureRegistries: inputs["insecure-registries"],
		...caCertificate !== void 0 && { caCertificate },
		signal,
		sleep: sleeper(shell),
		uploader: registry
	};
}
/** What `engine: auto` is to find an engine for. A row's own mode and fallback are tried when it is its turn. */
function trialOf(inputs) {
	return {
		platform: inputs.platform,
		mode: inputs.mode ?? "native",
		smokeTest: inputs["smoke-test"] !== void 0 || (inputs["smoke-test-url"] ?? "none") !== "none"
	};
}
/** What pushes and runs an image that stands in a folder or an archive. */
async function storedEngine(source, options, shell) {
	const [{ StoredEngine }, { readAdopted }] = await Promise.all([import("./engines-stored-stored-engine.js"), import("./commands-adopt-archive.js")]);
	const scratch = await shell.scratch();
	return new StoredEngine(options, (platform) => readAdopted(source, platform, {
		cwd: shell.cwd,
		scratch
	}));
}
/** An engine that pulls what verify looks at; a registry on loopback may speak plain HTTP to it, as to us. */
async function pullingEngine(inputs, shell, registry) {
	const [{ chooseEngine }, { isLoopback }, { lookedAt }] = await Promise.all([
		import("./engines-detect.js"),
		import("./registries.js"),
		import("./look.js")
	]);
	const { workspace: _, ...options } = await engineOptions(inputs, shell, registry);
	const loopback = lookedAt(inputs).map(({ repository }) => repository.registry).filter(isLoopback);
	const insecureRegistries = [.../* @__PURE__ */ new Set([...inputs["insecure-registries"], ...loopback])];
	return chooseEngine(inputs.engine, {
		...options,
		insecureRegistries
	});
}
/** {@link engineOptions}, with what only builds ask for. */
async function buildOptions(inputs, shell, registry) {
	const { remote, setup } = inputs;
	return {
		...await engineOptions(inputs, shell, registry),
		reader: await imageReader(registry, shell),
		setUpEmulation: inputs["setup-emulation"],
		...remote !== void 0 && { remote },
		...setup !== void 0 && { buildx: await installed(setup, inputs, shell) }
	};
}
/** What base images of engine assemble are read with. */
async function imageReader(registry, shell) {
	const { layerPaths } = await import("./verify-content-folders.js");
	return {
		...await readingLayouts(registry, shell),
		layerPaths
	};
}
/** The program that `setup` asks for, installed where it is not. */
async function installed(setup, inputs, shell) {
	const [{ setUpBuildx }, { downloader }] = await Promise.all([import("./engines-buildx-setup-buildx.js"), import("./registry-download.js")]);
	const { env, log, signal } = shell;
	const caCertificate = await certificate(inputs, shell);
	return log.group(`Setting up ${setup.tool} ${setup.version}`, async () => setUpBuildx(setup, {
		log,
		env,
		temp: await shell.scratch(),
		download: downloader({
			env,
			signal,
			...caCertificate !== void 0 && { caCertificate }
		}),
		sleep: sleeper(shell)
	}));
}

// src/compose/build.ts
/** Builds, with the client, the engines and the hand-over that the inputs ask for; all are closed however that ends. */
async function runBuild(inputs, shell) {
	const [{ build }, { whyNotPush }, { legHandover }, { chooseEngine }, { sweep }, { claim }] = await Promise.all([
		import("./commands-build.js"),
		import("./build-events.js"),
		import("./commands-handover-leg.js"),
		import("./engines-detect.js"),
		import("./engines-leftovers.js"),
		import("./ledger.js")
	]);
	const scratch = await shell.scratch();
	await claim(scratch);
	await sweep(dirname(scratch), shell, scratch);
	const push = legTargets(inputs).map(({ image }) => image);
	for (const { from } of inputs.secrets) if (from.kind === "value") shell.log.secret(from.value);
	const github = await githubEnvironment(shell.env, readStart);
	return withRegistry(inputs, shell, push, async (registry) => {
		const options = await buildOptions(inputs, shell, registry);
		const early = await registryClient(inputs, shell, push, impatient);
		const engines = new Engines();
		try {
			return await build(inputs, {
				log: shell.log,
				engineOf: async (name) => engines.once(name, async () => chooseEngine(name, options, trialOf(inputs))),
				storedEngine: async (source) => engines.once(source.text, async () => storedEngine(source, options, shell)),
				registry,
				early,
				github,
				handOver: legHandover(inputs.handover, {
					...shell,
					registry,
					byDigest: inputs["arch-tag"] === "none" && whyNotPush(inputs, github) === void 0,
					sleep: sleeper(shell),
					retentionDays: shell.env["GITHUB_RETENTION_DAYS"]
				}),
				sleep: sleeper(shell),
				now: () => performance.now()
			});
		} finally {
			early.close();
			await engines.close();
		}
	});
}
/** The engines of one run. */
var Engines = class {
	#made = /* @__PURE__ */ new Map();
	/** The one that was made under this key, or else is made now. */
	async once(key, make) {
		const engine = this.#made.get(key) ?? make();
		this.#made.set(key, engine);
		return engine;
	}
	/** Closes each of them, also where another can't be closed; one that could not be made has nothing to close. */
	async close() {
		const closing = [...this.#made.values()].map(async (engine) => {
			await engine.then(async (one) => one.close(), () => void 0);
		});
		await settleAll(closing);
	}
};

// src/github/compare.ts
const timeoutMs = 1e4;
const commitForm = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/**
* Ancestry as GitHub knows it, asked only where there is a token and both are commits; its silence is told in the log and
* fails nothing.
* https://docs.github.com/en/rest/commits/commits#compare-two-commits
*/
function compareCommits({ token, repository, apiUrl, log, signal }) {
	return async (base, head) => {
		const [owner = "", repo = ""] = repository?.split("/") ?? [];
		if (token === void 0 || owner === "" || repo === "" || !commitForm.test(base) || !commitForm.test(head)) return void 0;
		const { Octokit } = await import("./rest.js");
		const octokit = new Octokit({
			auth: token,
			...apiUrl !== void 0 && { baseUrl: apiUrl },
			log: quiet
		});
		try {
			const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
				owner,
				repo,
				basehead: `${base}...${head}`,
				per_page: 1,
				request: { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) }
			});
			return data.status;
		} catch (error) {
			if (signal.aborted) throw error;
			const status = typeof error === "object" && error !== null && "status" in error ? ` (${String(error.status)})` : "";
			log.info(`GitHub does not tell how ${head} stands to ${base}${status}; the times of the commits decide`);
			return;
		}
	};
}
const quiet = {
	debug: () => void 0,
	info: () => void 0,
	warn: () => void 0,
	error: () => void 0
};

// src/compose/merge.ts
/** Merges, with the client, the copier and the folders that the inputs ask for. */
async function runMerge(inputs, shell) {
	const [{ merge }, { createCopier }, { copyBetween, Layouts, withLayouts }, { outputLayout, placesOf }, { plainHttp }] = await Promise.all([
		import("./commands-merge.js"),
		import("./copier.js"),
		import("./commands-places.js"),
		import("./merge-target.js"),
		import("./registry-plain-http.js")
	]);
	const targets = placesOf(inputs).targets.map(({ image }) => image);
	const push = inputs["dry-run"] || inputs.output !== void 0 ? [] : targets;
	const layouts = new Layouts({
		cwd: shell.cwd,
		output: outputLayout(inputs)
	});
	const github = await githubEnvironment(shell.env, readStart);
	const copier = createCopier({
		log: shell.log,
		signal: shell.signal
	});
	const http = plainHttp(shell);
	return withRegistry(inputs, shell, push, async (registry) => merge(inputs, {
		env: shell.env,
		send: http.send,
		log: shell.log,
		registry: withLayouts(registry, layouts),
		copy: copyBetween(copier, registry, layouts, shell.log),
		writeFile: async (path, bytes) => writeWhole(resolve(shell.cwd, path), bytes),
		files: recordFiles(shell.cwd),
		github,
		sourceDate: sourceDate(shell.env),
		sleep: sleeper(shell),
		compare: compareCommits({
			token: inputs["github-token"],
			repository: github.repository,
			apiUrl: shell.env["GITHUB_API_URL"],
			log: shell.log,
			signal: shell.signal
		})
	})).finally(http.close);
}
/** The inputs with what the file in `spec` says. */
async function specified(raw, { cwd }) {
	if (!raw.has("spec")) return raw;
	const { maxSpecBytes, withSpec } = await import("./inputs-spec.js");
	return withSpec(raw, async (path) => Buffer.from(await readNamed(resolve(cwd, path), maxSpecBytes, "spec", path)).toString("utf8"));
}
/** SOURCE_DATE_EPOCH as RFC 3339. https://reproducible-builds.org/specs/source-date-epoch/ */
function sourceDate(env) {
	const value = env["SOURCE_DATE_EPOCH"];
	if (value === void 0 || value === "") return void 0;
	if (/^\d{1,11}$/u.test(value)) return (/* @__PURE__ */ new Date(Number(value) * 1e3)).toISOString().replace(".000Z", "Z");
	throw new CodedError("E_INPUT", `SOURCE_DATE_EPOCH is ${quote(value)}, which is not a number of seconds`, { hint: "set it to the seconds since 1970, such as $(git log -1 --format=%ct)" });
}

// src/compose/verify.ts
/** Verifies, with an engine for the smoke test only where one is asked for; it is closed however that ends. */
async function runVerify(inputs, shell) {
	const { verify } = await import("./commands-verify.js");
	return withRegistry(inputs, shell, [], async (registry) => {
		let engine;
		try {
			return await verify(inputs, {
				log: shell.log,
				registry: await readingLayouts(registry, shell),
				engine: async () => engine ??= await pullingEngine(inputs, shell, registry),
				scratch: shell.scratch
			});
		} finally {
			await engine?.close();
		}
	});
}

// src/inputs/guards.ts
/** Nothing that is typed or generated for a workflow is longer. */
const maxBytes = 1048576;
/** Shorter ones are in every second word of a log: masking them makes it unreadable, and protects nothing. */
const minMasked = 4;
/**
* Before any value is read: secrets are masked, and refused where they stand in another input; what no input may hold is told.
* @throws E_INPUT
*/
function checkGiven(raw, log) {
	const secrets = maskSecrets(raw, log);
	const errors = [];
	for (const [name, values] of raw) for (const value of values) {
		const misplaced = whoseSecret(name, value, secrets);
		const wrong = whatIsWrong(value) ?? (name === "build-args" ? void 0 : misplaced);
		if (wrong !== void 0) errors.push(unreadable(`${name} ${wrong.message}`, wrong.hint));
		else if (misplaced !== void 0) log.warning(`${name} ${misplaced.message}, and can be read in the image`);
	}
	if (errors.length > 0) throw joinErrors(errors);
}
function whatIsWrong(value) {
	const bytes = Buffer.byteLength(value);
	if (bytes > maxBytes) return {
		message: `holds ${bytes} bytes`,
		hint: "give at most 1 MiB"
	};
	if (value.includes("\0")) return {
		message: "holds a NUL character",
		hint: "take it out"
	};
	if (!value.includes("${{")) return void 0;
	return {
		message: "holds the letters ${{, an expression that nothing has filled in",
		hint: "use it where the workflow syntax allows expressions, or give the value itself"
	};
}
function maskSecrets(raw, log) {
	const secrets = /* @__PURE__ */ new Map();
	for (const name of Object.keys(inputTable)) {
		if (inputTable[name].secret !== true) continue;
		if (name === "secrets") {
			maskBuildSecrets(raw.get(name) ?? [], log);
			continue;
		}
		for (const secret of (raw.get(name) ?? []).flatMap((value) => secretsIn(name, value))) {
			if (secret.length < minMasked) log.warning(`${name} is too short to be masked in this log`);
			else log.secret(secret);
			secrets.set(secret, name);
		}
	}
	return secrets;
}
/** Values of any length and of any kind, so they are not looked for in other inputs: `true` may be one. */
function maskBuildSecrets(values, log) {
	for (const item of splitQuotedLines(values) ?? values) {
		const value = item.slice(item.indexOf("=") + 1).trim();
		if (value !== "" && value.length < minMasked) log.warning("a value of secrets is too short to be masked in this log");
		for (const part of parts(value)) if (part.length >= minMasked) log.secret(part);
	}
}
/** Whole, and each line by itself: a log is masked line by line. Of the YAML list, the values of its passwords. */
function secretsIn(name, value) {
	if (name !== "registry-auth") return parts(value);
	const passwords = [...value.matchAll(/\bpassword["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|([^\n\r,}]*))/gu)];
	return [value.trim(), ...passwords.flatMap(([, double, single, plain]) => parts(double ?? single ?? plain ?? ""))].filter((secret) => secret !== "");
}
function parts(value) {
	const found = [value, ...value.split(/\r\n|\r|\n/u)].map((part) => part.trim());
	return [...new Set(found)].filter((part) => part !== "");
}
/** A secret in the wrong box would be printed, pushed or published. The user name is often the same, and is none. */
function whoseSecret(name, value, secrets) {
	if (name === "username" || inputTable[name]?.secret === true) return void 0;
	for (const item of value.split(/[\n\r,]/u).map((part) => part.trim())) {
		const owner = [
			item,
			item.slice(item.lastIndexOf(":") + 1),
			item.slice(item.indexOf("=") + 1)
		].map((part) => secrets.get(part)).find((found) => found !== void 0);
		if (owner === void 0 || item === "") continue;
		return {
			message: `holds the very value of ${owner}, which is a secret`,
			hint: "put it into that input alone"
		};
	}
}

// src/inputs/rules.ts
const assembleOnly = [
	"base",
	"files",
	"entrypoint",
	"cmd",
	"env",
	"workdir",
	"user"
];
/** What no input can say by itself. All that is wrong, not the first alone. */
function checkTogether(command, raw, inputs) {
	return [
		...loginRules(raw),
		...imageRules(command, raw, inputs),
		...command === "build" ? buildRules(raw, inputs) : [],
		...command === "merge" ? mergeRules(inputs) : []
	];
}
function loginRules(raw) {
	if (raw.has("username") === raw.has("password")) return [];
	const [set, missing] = raw.has("username") ? ["username", "password"] : ["password", "username"];
	return [unreadable(`${set} is set without ${missing}`, `set ${missing} too, or neither`)];
}
function imageRules(command, raw, inputs) {
	const needsImage = command === "build" || command === "merge" || command === "verify" || command === "inspect";
	const tags = inputs["tags"];
	const named = Array.isArray(tags) && tags.some((item) => typeof item === "object" && item !== null && "repository" in item);
	if (!needsImage || raw.has("images") || raw.has("references") || named) return [];
	if (command === "merge" && raw.has("output")) return [];
	if (command === "build" || command === "merge") return [unreadable(`images is not set, and ${command} needs it`, "set images, or give whole references in tags")];
	return [unreadable(`nothing says what to ${command}`, `give a reference (${command} quay.io/acme/app:v1 in a shell), or set images`)];
}
function platformRules(raw) {
	if (!raw.has("platform") || !raw.has("platforms")) return [];
	return [unreadable("platform and platforms are both set", "a leg of a matrix has platform; a host that makes several has platforms")];
}
/** What shapes an image while it is built: one that is adopted stays as it is. */
const buildOnly = [
	...[
		"file",
		"target",
		"build-args",
		"build-contexts",
		"labels",
		"annotations",
		"secrets",
		"secret-envs"
	],
	...[
		"secret-files",
		"ssh",
		"cache-from",
		"cache-to",
		"no-cache",
		"pull",
		"network",
		"add-hosts",
		"shm-size"
	],
	...[
		"ulimit",
		"provenance",
		"sbom",
		"outputs",
		"extra-args",
		"format",
		...assembleOnly
	]
];
function adoptRules(raw) {
	if (!raw.has("source-image")) return [];
	return buildOnly.filter((name) => raw.has(name)).map((name) => new CodedError("E_UNSUPPORTED", `${name} can't be honoured with source-image, which is adopted as it is`, { hint: `leave ${name} out, or build` }));
}
function buildRules(raw, inputs) {
	const errors = [...platformRules(raw), ...adoptRules(raw)];
	const engine = String(inputs["engine"]);
	if (engine !== "assemble") for (const name of assembleOnly.filter((each) => raw.has(each))) errors.push(unsupported(name, raw, `engine ${engine}`, "set engine to assemble, or leave it out"));
	return errors;
}
/** Annotations of what a merge does not change. */
function mergeRules({ annotations }) {
	return annotations.filter(({ on }) => on === "elsewhere").map(({ key, value }) => new CodedError("E_UNSUPPORTED", `annotations: ${quote(`${key}=${value}`)} is for a level that a merge can't reach`, { hint: `write ${quote(`index:${key}=${value}`)} or manifest-descriptor[linux/amd64]:` }));
}
function unsupported(name, raw, where, hint) {
	const value = (raw.get(name) ?? []).join("\n");
	return new CodedError("E_UNSUPPORTED", `${name} ${quote(value)} can't be honoured by ${where}`, { hint });
}
/** What is allowed, and somebody should look at. */
function advice(inputs) {
	return Object.keys(inputs["build-args"] ?? {}).filter((name) => /(?:^|_)(?:token|password|passwd|secret|key|credentials?)$/iu.test(name)).map((name) => `build-args has ${quote(name)}, which can be read in the image by everybody who pulls it`);
}

// src/inputs/parse.ts
/**
* What was given to a command, read: secrets are masked first, then everything that is wrong is told at once.
* @throws E_INPUT, E_PLATFORM, E_REFERENCE ... for what can't be read (`usage`), E_UNSUPPORTED for what can't be honoured.
*/
async function parseInputs(command, raw, log) {
	checkGiven(raw, log);
	if (laterCommands.includes(command)) throw laterCommand(command);
	warnOfUnused(command, raw, log);
	const errors = [];
	const inputs = {};
	for (const name of inputNames) {
		if (!inputTable[name].commands.includes(command)) continue;
		try {
			inputs[name] = await readInput(name, command, raw.get(name));
		} catch (error) {
			errors.push(named(name, error));
		}
	}
	if (errors.length === 0) errors.push(...checkTogether(command, raw, inputs));
	if (errors.length > 0) throw joinErrors(errors);
	for (const line of advice(inputs)) log.warning(line);
	return inputs;
}
async function readInput(name, command, values) {
	const definition = inputTable[name];
	if (values === void 0) {
		if (!(definition.required?.includes(command) ?? false)) return definition.default?.value;
		throw new CodedError("E_INPUT", `is not set, and ${command} needs it`, {
			usage: true,
			hint: `set ${name}`
		});
	}
	const value = await definition.kind.parse(values);
	if ((definition.later?.includes(command) ?? false) && !isDefault(definition, value)) throw new CodedError("E_UNSUPPORTED", `${given(definition, values)} is not supported by this version`, { hint: "leave it out" });
	return value;
}
/** What is there already may be asked for in so many words. */
function isDefault(definition, value) {
	const standard = definition.default?.value;
	return standard !== void 0 && JSON.stringify(value) === JSON.stringify(standard);
}
function given(definition, values) {
	return definition.secret === true ? "(a secret)" : quote(values.join("\n"));
}
function named(name, thrown) {
	if (!(thrown instanceof CodedError)) throw thrown;
	const separator = /^(?:is|has|holds|names) /u.test(thrown.message) ? " " : ": ";
	return new CodedError(thrown.code, `${name}${separator}${thrown.message}`, {
		...thrown.hint !== void 0 && { hint: thrown.hint },
		cause: thrown,
		usage: thrown.code !== "E_UNSUPPORTED"
	});
}
function warnOfUnused(command, raw, log) {
	for (const name of inputNames) {
		const { commands } = inputTable[name];
		if (!raw.has(name) || commands.includes(command)) continue;
		log.warning(`${name} is set, and ${command} does not use it: it is for ${commands.join(", ")}`);
	}
}

// src/compose.ts
/**
* Reads the inputs, makes what the command asks for, and runs it. Rooms are imported when a command needs them, so that a
* usage error is told without loading a registry client.
*/
async function runCommand(command, raw, shell) {
	switch (command) {
		case "plan": {
			const inputs = await parseInputs(command, raw, shell.log);
			return (await import("./report-plan.js")).plan(inputs, { log: shell.log });
		}
		case "build": return runBuild(await parseInputs(command, raw, shell.log), shell);
		case "merge": return runMerge(await parseInputs(command, await specified(raw, shell), shell.log), shell);
		case "verify": return runVerify(await parseInputs(command, raw, shell.log), shell);
		case "inspect": {
			const inputs = await parseInputs(command, raw, shell.log);
			const { inspect } = await import("./commands-inspect.js");
			return withRegistry(inputs, shell, [], async (registry) => inspect(inputs, { registry: await readingLayouts(registry, shell) }));
		}
		case "prune":
		case "doctor": throw laterCommand(command);
	}
}

export { runCommand };