// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, s as toCodedError, t as CodedError } from "./errors.js";
import { n as parseFields } from "./oci-schema.js";
import { o as classifyHost, s as hostOf, t as inCidr } from "./registry-proxy.js";
import { t as RegistryError } from "./registry-errors.js";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";

// src/registry/endpoint.ts
const dockerHub = "docker.io";
const dockerHubHost = "registry-1.docker.io";
const dockerHubAliases = [
	dockerHub,
	"index.docker.io",
	dockerHubHost,
	"registry.docker.io"
];
/** The one name under which Docker Hub's many are kept; other hosts are themselves. */
function canonicalRegistry(registry) {
	return dockerHubAliases.includes(registry) ? dockerHub : registry;
}
/**
* @throws E_REGISTRY for an address that no registry has (link-local, metadata services, unspecified), E_REFERENCE for
* what is no host at all.
*/
function endpointOf(registry, insecureRegistries) {
	const host = canonicalRegistry(registry) === dockerHub ? dockerHubHost : registry;
	const url = parseAuthority(host);
	const addressClass = classifyHost(url.hostname);
	if (addressClass === "forbidden") throw forbidden(registry, url.hostname);
	const insecure = isInsecure(registry, url, insecureRegistries);
	return {
		registry,
		host,
		schemes: schemesOf(addressClass, insecure),
		verifyCertificate: !insecure,
		hasPort: /:\d+$/.test(host)
	};
}
function schemesOf(addressClass, insecure) {
	if (addressClass === "loopback") return ["http", "https"];
	return insecure ? ["https", "http"] : ["https"];
}
function parseAuthority(host) {
	const text = `https://${host}/`;
	const url = URL.canParse(text) ? new URL(text) : void 0;
	const isPlain = url?.pathname === "/" && url.search === "" && url.username === "" && !/[/\\@?#\s]/.test(host);
	if (url !== void 0 && isPlain) return url;
	throw new CodedError("E_REFERENCE", `${quote(host)} is not the host of a registry`, { hint: "write host or host:port" });
}
function forbidden(registry, address) {
	const is = registry.startsWith(address) ? "" : `, which is ${address},`;
	return new RegistryError("E_REGISTRY", `${quote(registry)}${is} is an address at which no registry can be`, { hint: "link-local, metadata and unspecified addresses are never contacted" });
}
/** Entries are `host`, `host:port` or a CIDR, as in docker's daemon.json. */
function isInsecure(registry, url, entries) {
	const address = hostOf(url);
	return entries.map((entry) => entry.trim().toLowerCase()).some((entry) => entry === registry || entry.includes("/") && inCidr(address, entry));
}

// src/registry/credential-helper.ts
const maxOutputBytes = 65536;
const defaultTimeoutMs = 1e4;
/** https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go */
const notFound = /credentials not found in native (?:keychain|store)|no credentials server url|no credentials username/i;
/** The runner that starts real programs. */
function helperRunner({ env, timeoutMs = defaultTimeoutMs }) {
	return (program, input) => new Promise((resolve, reject) => {
		const fail = (why, hint, cause) => {
			reject(new CodedError("E_UNAUTHORIZED", `the credential helper ${program} ${why}`, {
				hint,
				cause
			}));
		};
		const child = spawn(program, ["get"], {
			env: { ...env },
			stdio: [
				"pipe",
				"pipe",
				"pipe"
			]
		});
		const timer = setTimeout(() => {
			child.kill("SIGKILL");
			fail(`did not answer in ${timeoutMs / 1e3} s`, "run it by hand, or log in without it");
		}, timeoutMs);
		const output = {
			stdout: "",
			stderr: ""
		};
		for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => {
			output[name] += text;
			if (output[name].length <= maxOutputBytes) return;
			child.kill("SIGKILL");
			fail(`says more than ${maxOutputBytes} bytes`, "run it by hand to see what it says");
		});
		child.on("error", (error) => {
			clearTimeout(timer);
			const why = error.code === "ENOENT" ? "is not installed" : `can't be run: ${error.message}`;
			fail(why, "install it, or take it out of the docker config and log in again", error);
		});
		child.on("close", (status) => {
			clearTimeout(timer);
			resolve({
				status: status ?? void 0,
				...output
			});
		});
		child.stdin.on("error", () => void 0);
		child.stdin.end(input);
	});
}
/**
* What a helper holds for a registry; undefined where it says that it holds nothing.
* https://github.com/docker/docker-credential-helpers#development
* @throws E_UNAUTHORIZED
*/
async function askHelper(name, registry, origin, run) {
	const program = `docker-credential-${name}`;
	const { status, stdout, stderr } = await run(program, serverOf(registry));
	if (status === 0) return parseAnswer(stdout, program, origin);
	const said = `${stdout} ${stderr}`.trim();
	if (notFound.test(said)) return void 0;
	const how = status === void 0 ? "was killed" : `ended with ${status}`;
	throw new CodedError("E_UNAUTHORIZED", `the credential helper ${program} ${how} for ${registry}: ${quote(said, 200)}`, { hint: `${origin} names it; run it by hand, or log in without it` });
}
/** Docker Hub's entry has kept the address of its first API. */
function serverOf(registry) {
	return canonicalRegistry(registry) === "docker.io" ? "https://index.docker.io/v1/" : registry;
}
function parseAnswer(stdout, program, origin) {
	const from = `${program} (${origin})`;
	try {
		const root = parseFields(Buffer.from(stdout), `the answer of ${program}`, { code: "E_UNAUTHORIZED" });
		const username = root.get("Username").optional((field) => field.string()) ?? "";
		const secret = root.get("Secret").string();
		if (secret === "") return void 0;
		if (username === "<token>") return {
			kind: "identity",
			token: secret,
			origin: from
		};
		return {
			kind: "basic",
			username,
			password: secret,
			origin: from
		};
	} catch (error) {
		throw new CodedError("E_UNAUTHORIZED", `${show(program)} answers with something that is not its JSON`, { hint: `${toCodedError(error).code === "E_INTERNAL" ? "this is a bug; " : ""}run "${program} get" by hand to see it` });
	}
}

// src/registry/docker-config.ts
/**
* Reads `config.json` of docker or `auth.json` of podman.
* https://docs.docker.com/reference/cli/docker/login/#credential-stores and
* https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
* @throws E_INPUT, never with anything of a value in it.
*/
function parseDockerConfig(bytes, origin) {
	const root = parseFields(bytes, origin, { code: "E_INPUT" });
	const auths = root.get("auths").optional((field) => Object.keys(field.object()).flatMap((key) => {
		const place = placeOf(key);
		return place === void 0 ? [] : [{
			...place,
			credential: readAuth(field.get(key), `${origin}, ${key}`)
		}];
	}));
	const helpers = root.get("credHelpers").optional((field) => Object.keys(field.object()).flatMap((key) => {
		const registry = placeOf(key)?.registry;
		const name = field.get(key).string();
		return registry === void 0 || name === "" ? [] : [[registry, helperName(name, origin)]];
	}));
	const store = root.get("credsStore").optional((field) => field.string());
	return {
		origin,
		auths: auths ?? [],
		helpers: new Map(helpers),
		store: store === void 0 || store === "" ? void 0 : helperName(store, origin)
	};
}
/** The entry for exactly this registry: that of the longest namespace that `path` is in, else that of the host. */
function findAuth(config, registry, path) {
	const name = canonicalRegistry(registry);
	return config.auths.filter((auth) => auth.registry === name && auth.credential !== void 0).filter(({ namespace }) => namespace === "" || path === namespace || path.startsWith(`${namespace}/`)).sort((a, b) => b.namespace.length - a.namespace.length)[0]?.credential;
}
/**
* What a key stands for: `quay.io`, `quay.io/acme`, `https://index.docker.io/v1/`. A URL is its host; so is an API version
* behind a host. Undefined for what is none of them.
*/
function placeOf(key) {
	const [, scheme = "", rest = ""] = /^(https?:\/\/)?(.*)$/.exec(key) ?? [];
	const [host = "", ...segments] = rest.split("/");
	if (!/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return void 0;
	const path = segments.filter((segment) => segment !== "").join("/");
	const isHost = scheme !== "" || path === "" || /^v[12]$/.test(path);
	return {
		registry: canonicalRegistry(host.toLowerCase()),
		namespace: isHost ? "" : path
	};
}
function readAuth(field, origin) {
	const text = (key) => field.get(key).optional((value) => value.string()) ?? "";
	const [username, password] = text("auth") === "" ? [text("username"), text("password")] : decode(text("auth"), origin);
	const [identity, ready] = [text("identitytoken"), text("registrytoken")];
	if (ready !== "") return {
		kind: "bearer",
		token: ready,
		origin
	};
	if (identity !== "") return {
		kind: "identity",
		token: identity,
		origin,
		...username !== "" && { username }
	};
	return username === "" && password === "" ? void 0 : {
		kind: "basic",
		username,
		password,
		origin
	};
}
/** `user:password` in base64; a password may hold colons, and docker once padded with NUL. */
function decode(auth, origin) {
	const text = Buffer.from(auth, "base64").toString("utf8");
	const colon = text.indexOf(":");
	if (/^[A-Za-z0-9+/_-]+=*$/.test(auth.trim()) && colon > 0) return [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, "")];
	throw new CodedError("E_INPUT", `auth of ${quote(origin)} is not user:password in base64`, { hint: "log in to that registry again" });
}
/** It becomes the name of a program: nothing in it may lead elsewhere. */
function helperName(name, origin) {
	if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name;
	throw new CodedError("E_INPUT", `${origin} names a credential helper ${quote(name)}`, { hint: "it is to be the end of the name of a program docker-credential-<name>, such as ecr-login" });
}

// src/registry/credentials.ts
/** Nobody in particular. */
const anonymous = { get: () => Promise.resolve(void 0) };
const maxFileBytes = 1048576;
/**
* Credentials as people have them: explicit ones, DOCKER_AUTH_CONFIG, an auth file that was named (REGISTRY_AUTH_FILE),
* docker's config.json with its helpers, podman's auth.json. The first that has some for exactly this registry wins.
* Files are read when first asked for, and helpers asked once for each registry.
*/
function credentialSource(options) {
	const explicit = new Map(options.explicit?.map((given) => [canonicalRegistry(given.registry), given]));
	const run = options.runHelper ?? helperRunner({ env: options.env });
	const answers = /* @__PURE__ */ new Map();
	let configs;
	const ask = (name, registry, origin) => {
		const key = `${name} ${registry}`;
		const answer = answers.get(key) ?? askHelper(name, registry, origin, run);
		answers.set(key, answer);
		return answer;
	};
	return { get: async (registry, path = "") => {
		const name = canonicalRegistry(registry);
		const given = explicit.get(name);
		if (given !== void 0) return {
			kind: "basic",
			...pick(given),
			origin: "the inputs"
		};
		configs ??= readConfigs(options);
		for (const config of await configs) {
			const found = await findIn(config, name, path, ask);
			if (found === void 0) continue;
			options.log?.debug(`credentials for ${name}: ${found.origin}`);
			return found;
		}
	} };
}
function pick({ username, password }) {
	return {
		username,
		password
	};
}
/** In docker's own order: the helper of the registry, else the store, else what stands in the file. */
async function findIn(config, registry, path, ask) {
	const helper = config.helpers.get(registry);
	if (helper !== void 0) return ask(helper, registry, config.origin);
	return (config.store === void 0 ? void 0 : await ask(config.store, registry, config.origin)) ?? findAuth(config, registry, path);
}
async function readConfigs(options) {
	const { env, authFile } = options;
	const inline = env["DOCKER_AUTH_CONFIG"] ?? "";
	const fromEnv = inline === "" ? [] : [parseDockerConfig(Buffer.from(inline), "DOCKER_AUTH_CONFIG")];
	const named = authFile === void 0 ? [] : [await readConfig(authFile, true)];
	const found = await Promise.all(filesOf(options).map((path) => readConfig(path, false)));
	return [
		...fromEnv,
		...named,
		...found
	].filter((config) => config !== void 0);
}
/** Where docker and podman leave what they were told at a login. */
function filesOf({ env, home = env["HOME"] ?? homedir(), uid = process.getuid?.() }) {
	const value = (name) => env[name] === "" ? void 0 : env[name];
	const below = (folder, ...rest) => folder === void 0 ? void 0 : join(folder, ...rest);
	const runtime = value("XDG_RUNTIME_DIR");
	return [
		value("REGISTRY_AUTH_FILE"),
		below(value("DOCKER_CONFIG") ?? below(home, ".docker"), "config.json"),
		runtime === void 0 && uid !== void 0 ? `/run/containers/${uid}/auth.json` : below(runtime, "containers", "auth.json"),
		below(value("XDG_CONFIG_HOME") ?? below(home, ".config"), "containers", "auth.json")
	].filter((path) => path !== void 0);
}
async function readConfig(path, required) {
	let bytes;
	try {
		bytes = await readFile(path);
	} catch (cause) {
		const code = cause instanceof Error && "code" in cause ? cause.code : void 0;
		if (!required && (code === "ENOENT" || code === "ENOTDIR")) return void 0;
		throw new CodedError("E_INPUT", `${quote(path)}, a file with credentials, can't be read (${String(code)})`, {
			hint: required ? "check registry-auth-file" : "let its owner and mode allow it, or log in again",
			cause
		});
	}
	if (bytes.byteLength > maxFileBytes) throw new CodedError("E_INPUT", `${quote(path)} has ${bytes.byteLength} bytes, too many for credentials`, { hint: `at most ${maxFileBytes} are read` });
	return bytes.byteLength === 0 ? void 0 : parseDockerConfig(bytes, path);
}

export { endpointOf as i, credentialSource as n, canonicalRegistry as r, anonymous as t };