#!/usr/bin/env node
// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, n as errorLine, o as show, s as toCodedError, t as CodedError } from "./chunks/errors.js";
import { r as scratchIn } from "./chunks/scratch.js";
import { i as wantsJson, n as parseArguments } from "./chunks/cli-arguments.js";
import { n as inputTable, t as inputNames } from "./chunks/inputs-table.js";
import { t as Mask } from "./chunks/log.js";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { addAbortSignal } from "node:stream";

// src/version.ts
/** This program's version, as package.json has it. */
const version = "0.1.0";

// src/cli/flags.ts
/** A name with a hyphen can only be an input. One without (`file`, `wait`) is taken for an input behind certain verbs, before a value, and at the start of a message. */
const names = [...inputNames].sort((a, b) => b.length - a.length);
const hyphened = names.filter((name) => name.includes("-")).join("|");
const any = names.join("|");
/** Not within a flag, a quoted value, a path, a reference or a longer name. */
const [before, behind] = [String.raw`(?<![\w"'./@:{=-])`, String.raw`(?![\w"'/@={}-]|[.:]\w)`];
const byName = new RegExp(`${before}(?:${hyphened})${behind}`, "gu");
const byVerb = new RegExp(`${before}((?:set|unset|leave|with|without|use) )(${any})${behind}`, "gu");
/** As a workflow sets one to a value. */
const withValue = new RegExp(String.raw`${before}(${any}): (true\b|\w[\w.@-]*\w|\w)`, "gu");
const atStart = new RegExp(`^(?:${any})(?=:? (?:is|has|holds|names|"))`, "u");
/**
* An error as a shell tells it: inputs, which are named as in a workflow wherever an error is made, are flags here. What stands
* in quotes came from outside and stays.
*/
function withFlags(error) {
	const { code, message, hint, usage, place, cause } = error;
	return new CodedError(code, message.replace(atStart, (name) => `--${name}`), {
		...hint !== void 0 && { hint: asFlags(hint) },
		...place !== void 0 && { place },
		usage,
		cause
	});
}
function asFlags(hint) {
	return hint.split(/("[^"]*")/u).map((part, index) => index % 2 === 1 ? part : part.replace(withValue, (_, name, value) => value === "true" ? `--${name}` : `--${name}=${value}`).replace(byVerb, "$1--$2").replace(byName, (name) => `--${name}`)).join("");
}

// src/cli/log.ts
/** @param write gets whole lines, with their newline. */
function cliLog(write, debug) {
	const mask = new Mask();
	let depth = 0;
	const print = (text) => {
		for (const line of text.split(/\r\n|\r|\n/u)) write(`${"  ".repeat(depth)}${show(mask.text(line).replaceAll("	", "    "), 1e4)}\n`);
	};
	return {
		mask: (text) => mask.text(text),
		info: print,
		warning: (line) => {
			print(`warning: ${line}`);
		},
		debug: (line) => {
			if (debug) print(line);
		},
		group: async (title, work) => {
			print(title);
			depth += 1;
			try {
				return await work();
			} finally {
				depth -= 1;
			}
		},
		secret: (value) => {
			mask.add(value);
		}
	};
}

// src/cli/secrets.ts
const maxSecret = 65536;
/**
* Adds to `raw` the secrets that did not come as flags: standard input, a file, the environment. A flag goes before the environment.
* @throws E_INPUT
*/
async function addSecrets(command, given, sources) {
	if (given.passwordStdin) {
		if (given.raw.has("password")) throw usage("--password and --password-stdin are both given", "give one of them");
		given.raw.set("password", [await readStdin(sources.stdin())]);
	}
	if (given.registryAuthFile !== void 0) {
		if (given.raw.has("registry-auth")) throw usage("--registry-auth and --registry-auth-file are both given", "give one of them");
		given.raw.set("registry-auth", [await readAuthFile(given.registryAuthFile)]);
	}
	fromEnvironment("password", "NATIVE_MULTIARCH_PASSWORD", command, given, sources.env);
	fromEnvironment("registry-auth", "NATIVE_MULTIARCH_REGISTRY_AUTH", command, given, sources.env);
}
function fromEnvironment(name, variable, command, given, env) {
	const value = env[variable];
	if (value === void 0 || value === "" || given.raw.has(name)) return;
	if (inputTable[name].commands.includes(command)) given.raw.set(name, [value]);
}
async function readStdin(stdin) {
	const chunks = [];
	let size = 0;
	for await (const chunk of stdin) {
		const bytes = Buffer.from(chunk);
		size += bytes.length;
		if (size > maxSecret) throw usage("standard input holds more than 64 KiB, which is no password", "give the password alone");
		chunks.push(bytes);
	}
	const password = Buffer.concat(chunks).toString("utf8").replace(/\r?\n$/u, "");
	if (password !== "") return password;
	throw usage("--password-stdin found nothing on standard input", "write the password to it, as in: pass show quay | native-multiarch ...");
}
/** What is wrong inside the file is no wrong use of a flag: exit status 1. */
async function readAuthFile(path) {
	let content;
	try {
		content = await readFile(path, "utf8");
	} catch (error) {
		const why = typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
		throw new CodedError("E_INPUT", `--registry-auth-file ${quote(path)} can't be read (${why})`, {
			hint: "give the path of a file that this user can read",
			usage: true,
			cause: error
		});
	}
	const { parseRegistryAuth } = await import("./chunks/inputs-registry-auth.js");
	try {
		await parseRegistryAuth(content.trim());
	} catch (error) {
		if (!(error instanceof CodedError)) throw error;
		throw new CodedError(error.code, `--registry-auth-file ${quote(path)} ${error.message}`, {
			...error.hint !== void 0 && { hint: error.hint },
			cause: error
		});
	}
	return content;
}
function usage(message, hint) {
	return new CodedError("E_INPUT", message, {
		hint,
		usage: true
	});
}

// src/cli/run.ts
/** Runs one command line. @returns the exit status: 0 done, 1 failed, 2 wrong use. Never throws. */
async function runCli(host) {
	const log = cliLog(host.stderr, host.argv.includes("--debug"));
	try {
		const given = parseArguments(host.argv);
		if (given.version) await host.stdout(`${version}\n`);
		else if (given.help) await host.stdout((await import("./chunks/cli-help.js")).helpFor(given.command));
		else await runOne(needCommand(given), given, host, log);
		return 0;
	} catch (thrown) {
		return tellFailure(host, log, thrown);
	}
}
function needCommand(given) {
	if (given.command !== void 0) return given.command;
	throw new CodedError("E_INPUT", "no command is given", {
		hint: "see native-multiarch --help",
		usage: true
	});
}
async function runOne(command, given, host, log) {
	await addSecrets(command, given, host);
	const { runCommand } = await host.compose();
	const scratch = scratchIn(host.temp);
	try {
		const { env, cwd, signal } = host;
		const result = await runCommand(command, given.raw, {
			kind: "cli",
			log,
			env,
			cwd,
			signal,
			scratch: scratch.folder
		});
		await host.stdout(given.json ? `${JSON.stringify(result.outputs)}\n` : printed(result));
	} finally {
		await scratch.remove();
	}
}
function printed(result) {
	return result.exact === true || result.text === "" || result.text.endsWith("\n") ? result.text : `${result.text}\n`;
}
async function tellFailure(host, log, thrown) {
	const error = withFlags(toCodedError(host.signal.aborted ? host.signal.reason : thrown));
	if (error.code === "E_INTERNAL" || host.argv.includes("--debug")) for (let cause = thrown; cause instanceof Error; cause = cause.cause) log.info(cause.stack ?? cause.message);
	const { code, message, hint } = error;
	if (wantsJson(host.argv)) await host.stdout(`${log.mask(JSON.stringify({ error: {
		code,
		message,
		hint: hint ?? null
	} }))}\n`);
	log.info(errorLine(error));
	return error.usage ? 2 : 1;
}

// src/cli/main.ts
const exitOf = {
	SIGINT: 130,
	SIGTERM: 143
};
/** How long a command that was told to stop may clean up. */
const graceMs = 5e3;
const controller = new AbortController();
let stoppedWith;
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {
	if (stoppedWith !== void 0) process.exit(stoppedWith);
	stoppedWith = exitOf[name];
	setTimeout(() => process.exit(exitOf[name]), graceMs).unref();
	controller.abort(new CodedError("E_CANCELLED", `stopped by ${name}`, { hint: "run it again: what is done already is not done twice" }));
});
for (const stream of [process.stdout, process.stderr]) stream.on("error", (error) => {
	if (error.code === "EPIPE") return;
	process.exitCode = 1;
	if (stream === process.stdout) process.stderr.write(`E_INPUT: stdout can't be written: ${error.message}; see where it leads to\n`);
});
const status = await runCli({
	argv: process.argv.slice(2),
	env: process.env,
	cwd: process.cwd(),
	temp: tmpdir(),
	stdout: (text) => new Promise((resolve) => {
		process.stdout.write(text, () => {
			resolve();
		});
	}),
	stderr: (text) => void process.stderr.write(text),
	stdin: () => addAbortSignal(controller.signal, process.stdin),
	signal: controller.signal,
	compose: () => import("./chunks/compose.js")
});
process.exit(stoppedWith ?? (status === 0 ? process.exitCode : status));

export {  };