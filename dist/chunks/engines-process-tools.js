// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as leavesOf, i as kill } from "./engines-process-process-tree.js";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { pipeline } from "node:stream";
import { constants } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { spawn } from "node:child_process";

// src/engines/process/environment.ts
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
		"KUBECONFIG",
		"KUBERNETES_SERVICE_HOST",
		"KUBERNETES_SERVICE_PORT"
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
/** Where an engine may be elsewhere, or kept elsewhere: worth a line in the log of that engine, since it decides what is asked. */
const shown = {
	buildx: [
		"DOCKER_HOST",
		"DOCKER_CONTEXT",
		"BUILDKIT_HOST"
	],
	docker: ["DOCKER_HOST", "DOCKER_CONTEXT"],
	podman: [
		"CONTAINER_HOST",
		"CONTAINER_CONNECTION",
		"BUILDAH_ISOLATION",
		"CONTAINERS_CONF",
		"CONTAINERS_STORAGE_CONF"
	],
	buildah: [
		"BUILDAH_ISOLATION",
		"CONTAINERS_CONF",
		"CONTAINERS_STORAGE_CONF"
	],
	assemble: []
};
/** The whole environment of a child. */
function childEnvironment(env) {
	const child = {};
	for (const [name, value] of Object.entries(env)) {
		if (value === void 0) continue;
		if (kept.has(name) || keptPrefixes.some((prefix) => name.startsWith(prefix))) child[name] = value;
	}
	return child;
}
/** The variables that decide which engine answers, and where it keeps what it makes; an empty one says that it is not set. */
function leadingVariables(engine, env) {
	return Object.fromEntries(shown[engine].filter((name) => kept.has(name) || keptPrefixes.some((prefix) => name.startsWith(prefix))).map((name) => [name, env[name] ?? ""]));
}
/** `NAME=value` of the variables that decide which engine answers; a password in a URL is not shown. */
function shownVariables(engine, env) {
	return shown[engine].flatMap((name) => {
		const value = env[name];
		return value === void 0 || value === "" ? [] : [`${name}=${value.replace(/\/\/[^/@]*@/, "//***@")}`];
	});
}

// src/engines/process/process.ts
/** How long a child that was asked to end has for it, in milliseconds; a leg that is cancelled has five seconds in all. */
const graceMs = 3e3;
/** How often the programs that an engine runs are looked for, so that the next step does not start either. */
const stepsMs = 100;
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
		if (child.pid !== void 0) options.onStart?.(child.pid);
		const stdout = options.output ? passOn(child.stdout, options.output) : collect(child.stdout, options);
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
function endOnTimeoutOrAbort(child, { timeoutMs, signal, stepsFirst }) {
	let reason;
	const timers = [];
	const end = (why) => {
		if (reason !== void 0) return;
		reason = why;
		if (stepsFirst === true) {
			timers.push(setInterval(() => void killSteps(child), stepsMs));
			timers.push(setTimeout(() => {
				killGroup(child, "SIGTERM");
			}, graceMs));
		} else killGroup(child, "SIGTERM");
		timers.push(setTimeout(() => {
			killGroup(child, "SIGKILL");
			child.stdout.destroy();
			child.stderr.destroy();
		}, graceMs + (stepsFirst === true ? graceMs / 3 : 0)));
	};
	const onAbort = () => {
		end("aborted");
	};
	signal?.addEventListener("abort", onAbort, { once: true });
	if (timeoutMs !== void 0) timers.push(setTimeout(() => {
		end("timeout");
	}, timeoutMs));
	return {
		cancel: () => {
			for (const timer of timers) clearTimeout(timer);
			signal?.removeEventListener("abort", onAbort);
		},
		reason: () => reason
	};
}
async function killSteps(child) {
	if (child.pid === void 0) return;
	for (const pid of await leavesOf(child.pid)) kill(pid);
}
function killGroup(child, signal) {
	if (child.pid === void 0) return;
	if (!kill(-child.pid, signal)) child.kill(signal);
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
/** A stream that is cut short is told by the exit code, or by whoever reads the output. */
function passOn(stream, output) {
	pipeline(stream, output, () => void 0);
	return () => "";
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

// src/engines/process/tools.ts
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
/** Whether it is a file that this user may run. */
async function isProgram(path) {
	try {
		await access(path, constants.X_OK);
		return (await stat(path)).isFile();
	} catch {
		return false;
	}
}

export { childEnvironment as a, spawnExec as i, findTools as n, leadingVariables as o, isProgram as r, shownVariables as s, findTool as t };