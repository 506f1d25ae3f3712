// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { c as splitWords } from "./inputs-readers.js";
import { i as platformArch, n as formatPlatform } from "./platform-platform.js";
import { n as lastLines } from "./engines-output.js";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

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
	const exit = machineOf(architecture)?.exit.replaceAll(" ", "");
	return exit === void 0 ? void 0 : elfProgram(architecture, Buffer.from(exit, "hex"));
}
/** A program of nothing but this code, which starts with its first byte; undefined for a machine that is not known here. */
function elfProgram(architecture, code) {
	const machine = machineOf(architecture);
	if (machine === void 0) return void 0;
	const header = machine.bits === 64 ? header64(machine, code.length) : header32(machine, code.length);
	return Buffer.concat([header, code]);
}
function machineOf(architecture) {
	return Object.hasOwn(machines, architecture) ? machines[architecture] : void 0;
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
const binfmtFolder = "/proc/sys/fs/binfmt_misc";
/**
* Asks the kernel of this machine who runs programs of `architecture`: an entry whose magic matches, as the kernel itself
* looks for it, whatever the entry is called.
*/
async function lookUpEmulation(architecture, root = binfmtFolder) {
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
	return found.find(isUsable) ?? found.find(isOn) ?? found[0] ?? { kind: "absent" };
}
/** Whether the kernel takes such programs to an interpreter. */
function isOn(emulation) {
	return emulation.kind === "registered" && emulation.enabled;
}
/** Whether it does so in containers too: flag F holds the interpreter open, which is not in the image. */
function isUsable(emulation) {
	return emulation.kind === "registered" && emulation.enabled && emulation.flags.includes("F");
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
* The mode in which `platform` will be built on `host`, before anything was tried: natively wherever that goes.
* @throws E_HOST_MISMATCH
*/
function decideMode(platform, wanted, host, emulation) {
	const kin = relation(platform, host.platform);
	if (platform.os !== host.platform.os) throw hostMismatch(platform, host);
	if (kin === "same") return "native";
	if (kin === "compatible" && !isOn(emulation)) return "native";
	if (wanted === "native") throw hostMismatch(platform, host);
	return wanted;
}
/**
* What mode `auto` tries, in this order. Emulation goes before cross, since it builds any Dockerfile; where there is none, cross
* builds those that compile in stages FROM --platform=$BUILDPLATFORM.
* @throws E_HOST_MISMATCH
*/
function modesToTry(platform, host, emulation) {
	const first = decideMode(platform, "emulate", host, emulation);
	return relation(platform, host.platform) === "same" ? [first] : [first, "cross"];
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
	return `set setup-emulation: true, or install QEMU's user emulation before this step: docker/setup-qemu-action, or as root "apt-get install qemu-user-static" (Debian, Ubuntu) or "dnf install qemu-user-static" (Fedora), which registers qemu-${qemuName(platform)} with flag F`;
}
/** As QEMU calls the machine: `x86_64`, `aarch64`, `s390x`. */
function qemuName({ architecture }) {
	return qemuNames[architecture] ?? architecture;
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
	const on = `on ${host.label} (${formatPlatform(host.platform)})`;
	switch (mode) {
		case "native": return `${target} runs natively ${on}`;
		case "emulate": return `${target} is emulated ${on} by ${interpreter(emulation)}`;
		case "cross": return `${target} is cross-built ${on}: stages FROM --platform=$BUILDPLATFORM run natively, and RUN steps of other stages ${isOn(emulation) ? `go through ${interpreter(emulation)}` : "can not run, since there is no emulation here"}`;
	}
}
function interpreter(emulation) {
	return emulation.kind === "registered" ? `${emulation.interpreter} (binfmt_misc ${emulation.name}, flags ${emulation.flags})` : "emulation that the engine's kernel has";
}
/**
* What somebody who emulates should know. Measured by users: 1.5 to 2 times for what waits for the network, 6 to 20 times for
* compilers, more for floating point.
*/
function emulationWarning(platform) {
	return `emulated programs of ${formatPlatform(platform)} are 2 to 20 times slower than on their own machine; what compiles is best compiled in a stage FROM --platform=$BUILDPLATFORM, which is not emulated`;
}
/** Why a cross build is not even started: its Dockerfile runs programs of the target, at these lines. */
function crossRefusal(platform, host, lines) {
	const target = formatPlatform(platform);
	const where = `${lines.length === 1 ? "line" : "lines"} ${lines.slice(0, 5).join(", ")}`;
	return new CodedError("E_UNSUPPORTED", `RUN in ${where} of the Dockerfile is of a stage for ${target}, and ${host.label} (${formatPlatform(host.platform)}) has no emulation of it`, { hint: `in mode cross run such steps in a stage FROM --platform=$BUILDPLATFORM, and only COPY into stages of the target; or ${emulationCure(platform)}` });
}
/** Why a RUN step of a cross build failed. */
function crossFailure(platform, host, program) {
	const target = formatPlatform(platform);
	return new CodedError("E_BUILD", `exec format error: a RUN step of a stage for ${target} started ${program}, and ${host.label} (${formatPlatform(host.platform)}) has no emulation of ${target}`, { hint: `in mode cross compile in a stage FROM --platform=$BUILDPLATFORM, and only COPY into stages of the target; or for such RUN steps ${emulationCure(platform)}` });
}

// src/engines/relay.ts
/**
* A program that carries bytes between its own stdin and stdout and a port of 127.0.0.1: run in the network of a container, it asks the
* service that listens there, whatever network the container has, and needs nothing of the image. It sends all of stdin, gives up to eight
* reads of the answer, and ends with 0, or with the `errno` of the connection (111: nothing listens there).
*
* As C:
*
*     int s = socket(AF_INET, SOCK_STREAM, 0), n, left = 8;
*     if ((n = connect(s, &address, 16)) < 0) exit(-n);
*     char buffer[8192];
*     while ((n = read(0, buffer, 8192)) > 0) write(s, buffer, n);
*     while (left-- > 0 && (n = read(s, buffer, 8192)) > 0) write(1, buffer, n);
*     exit(0);
*/
const relays = {
	amd64: [
		"b829000000bf02000000be0100000031d20f0589c389c7488d3572000000ba10000000b82a0000000f0585c078574881ec00200000",
		"31ff4889e6ba0020000031c00f0585c07e1089c289df4889e6b8010000000f05ebdebd0800000089df4889e6ba0020000031c00f05",
		"85c07e1589c2bf010000004889e6b8010000000f05ffcd75d931c0f7d889c7b83c0000000f05"
	].join(""),
	arm64: [
		"400080d2210080d2020080d2c81880d2010000d4f30300aae1040010020280d2681980d2010000d41f0000f1eb030054ff0b40d1",
		"000080d2e1030091020084d2e80780d2010000d41f0000f1ed000054e20300aae00313aae1030091080880d2010000d4f4ffff17",
		"140180d2e00313aae1030091020084d2e80780d2010000d41f0000f10d010054e20300aa200080d2e1030091080880d2010000d4",
		"940600f161feff54000080d2e00300cba80b80d2010000d4"
	].join(""),
	ppc64le: [
		"02006038010080380000a0384601003802000044781b7f7c05000048a602887ca00084381000a03848010038020000448400834100e02138",
		"00006038780b247c0020a0380300003802000044240083410000232c1c008140781b657c78fbe37f780b247c0400003802000044ccffff4b",
		"0800c03b78fbe37f780b247c0020a0380300003802000044280083410000232c20008140781b657c01006038780b247c0400003802000044",
		"ffffde37c8ff8240000060380100003802000044"
	].join(""),
	s390x: [
		"a7290002a7390001a7490000a71901670a00b90400a2c0300000003da7490010a719016a0a00b9020022a7440030a7fbe000",
		"a7290000b904003fa74920000a03b9020022a7c4000bb9040042b904002ab904003f0a04a7f4ffee",
		"a7990008b904002ab904003fa74920000a03b9020022a7c4000bb9040042a7290001b904003f0a04a797ffeea7290000b90300220a01"
	].join(""),
	riscv64: [
		"1305200093051000130600009308600c73000000130405009705000093858509130600019308b00c73000000634c0506b722000033015140",
		"1305000093050100372600009308f00373000000635ea00013060500130504009305010093080004730000006ff05ffd",
		"930480001305040093050100372600009308f003730000006350a00213060500130510009305010093080004730000009384f4ffe39804fc",
		"130500003305a0409308d00573000000"
	].join("")
};
/** AF_INET, in the byte order of the machine. */
const family = { s390x: "0002" };
/** The relay to a port, or `undefined` for a machine that there is none for. */
function relayProgram(architecture, port) {
	const code = Object.hasOwn(relays, architecture) ? relays[architecture] : void 0;
	if (code === void 0) return void 0;
	const address = Buffer.alloc(16);
	address.write(family[architecture] ?? "0200", 0, "hex");
	address.writeUInt16BE(port, 2);
	address.set([
		127,
		0,
		0,
		1
	], 4);
	return elfProgram(architecture, Buffer.concat([Buffer.from(code, "hex"), address]));
}

// src/engines/service.ts
/** The last answer, too, has a while to come. */
const leastAskMs = 2e3;
/** A wait is looked up from that often, so that a service that ended is seen at once. */
const stepMs = 1e3;
/**
* Asks until the answer is good, the service has ended, its check gives up, or the time is over. The clock of the check starts when the
* service is up.
* @param isOver whether the service has ended
*/
async function waitForService(container, check, timeoutMs, { isOver, clock: { now, sleep } }) {
	const deadline = now() + timeoutMs;
	const isLate = () => now() >= deadline;
	let answer = {
		ok: false,
		says: "it was not started"
	};
	const pause = async (ms) => {
		const end = Math.min(now() + ms, deadline);
		while (!isOver() && now() < end) await sleep(Math.min(stepMs, end - now()));
	};
	while (!isOver() && !isLate() && !await container.isUp()) await pause(stepMs / 2);
	const start = now();
	while (!isOver() && !isLate()) {
		const next = await check.ask(Math.max(Math.min(check.askMs, deadline - now()), leastAskMs));
		if (next.ok || !isOver()) answer = next;
		if (next.ok) return {
			answer,
			why: "answered"
		};
		if (isOver()) break;
		const wait = check.again(now() - start);
		if (wait === void 0) return {
			answer,
			why: "gave up"
		};
		await pause(wait);
	}
	return {
		answer,
		why: isOver() ? "ended" : "timeout"
	};
}

// src/engines/service-check.ts
const everyMs = 1e3;
const answerMs = 1e4;
/** How long an answer that no waiting mends (4xx) has to become another: a server that listens may not know all its paths yet. */
const refusedMs = 3e4;
/**
* Asks by HTTP, from the network of the container. Any status from 200 to 399 is good, as for the probes of Kubernetes; no redirect is
* followed. All else is asked again, but a 4xx for half a minute at most.
* @param architecture of the engine's machine
* @throws E_UNSUPPORTED for a machine that there is no relay for
*/
function urlCheck(container, url, { architecture, isEmulated }) {
	const patience = isEmulated ? 3 : 1;
	const relay = relayProgram(architecture, url.port);
	if (relay === void 0) throw new CodedError("E_UNSUPPORTED", `smoke-test-url can't be asked on a machine of ${architecture}`, { hint: "use smoke-test, or a HEALTHCHECK in the image, which any machine can run" });
	let refused;
	let last;
	return {
		what: url.text,
		askMs: answerMs * patience,
		ask: async (timeoutMs) => {
			last = httpAnswer(await container.beside(relay, httpRequest(url), timeoutMs), url, timeoutMs);
			return last;
		},
		again: (elapsedMs) => {
			refused = last?.isRefusal === true ? refused ?? elapsedMs : void 0;
			return refused !== void 0 && elapsedMs - refused >= refusedMs * patience ? void 0 : everyMs;
		}
	};
}
function httpRequest({ path, host }) {
	return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: native-multiarch\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}
/** 103 and the like, which come before the answer. */
const interim = /^HTTP\/1\.[01] 1\d\d[^]*?\r\n\r\n/u;
/** https://www.rfc-editor.org/rfc/rfc9112#name-status-line */
const statusLine = /^HTTP\/1\.[01] (?<status>\d{3})(?: (?<reason>[^\r\n]*))?\r?\n/u;
/** What came through the relay. */
function httpAnswer({ code, stdout, stderr, ended }, { port }, timeoutMs) {
	const no = (says) => ({
		ok: false,
		says,
		isRefusal: false
	});
	let text = stdout;
	for (let each = 0; each < 4; each += 1) text = text.replace(interim, "");
	const groups = statusLine.exec(text)?.groups;
	const status = Number(groups?.["status"] ?? 0);
	if (status !== 0) {
		const says = show(`${status} ${groups?.["reason"] ?? ""}`.trim(), 100);
		return {
			ok: status >= 200 && status < 400,
			says,
			isRefusal: status >= 400 && status < 500
		};
	}
	if (code === 111) return no(`nothing listens on port ${port}`);
	if (ended === "timeout") return no(`no answer within ${Math.round(timeoutMs / 1e3)} s`);
	if (text !== "") return no(`no HTTP, but ${quote(text.slice(0, 60))}`);
	if (code === 0) return no("it closed the connection without an answer");
	return no(`it could not be asked: ${lastLines(stderr, 1, 200)} (${code})`);
}
/** Docker's own, where the image says nothing else. https://docs.docker.com/reference/dockerfile/#healthcheck */
const standard = {
	interval: 3e4,
	timeout: 3e4,
	retries: 3
};
/** While the service starts, it is asked that often. */
const startIntervalMs = 1e3;
/**
* Runs the command of a HEALTHCHECK in the container, as its engine would: healthy with the first 0, unhealthy with as many failures one after
* the other as it has retries. None counts before the first interval and the start period are over; till then it is run every second, so that
* nobody waits half a minute for a service that is up in one.
*/
function healthCheck(container, healthcheck, { command, isEmulated }) {
	const patience = isEmulated ? 3 : 1;
	const ms = (nanoseconds, other) => nanoseconds === void 0 || nanoseconds === 0 ? other : Math.max(nanoseconds / 1e6, 1);
	const intervalMs = ms(healthcheck.intervalNanoseconds, standard.interval);
	const graceMs = Math.max(ms(healthcheck.startPeriodNanoseconds, 0), intervalMs) * patience;
	const retries = healthcheck.retries === void 0 || healthcheck.retries === 0 ? standard.retries : healthcheck.retries;
	let failures = 0;
	return {
		what: `HEALTHCHECK ${JSON.stringify(show((healthcheck.test.at(0) === "CMD-SHELL" ? command.slice(-1) : command).join(" "), 200))}`,
		askMs: ms(healthcheck.timeoutNanoseconds, standard.timeout) * patience,
		ask: async (timeoutMs) => {
			const { code, stdout, stderr, ended } = await container.inside(command, timeoutMs);
			const said = lastLines(`${stdout}\n${stderr}`, 2, 300);
			const how = ended === "timeout" ? `no end within ${Math.round(timeoutMs / 1e3)} s` : `exit code ${code}`;
			return {
				ok: code === 0,
				says: said === "" ? how : `${how}: ${said}`
			};
		},
		again: (elapsedMs) => {
			if (elapsedMs < graceMs) return Math.min(startIntervalMs, intervalMs);
			failures += 1;
			return failures >= retries ? void 0 : intervalMs;
		}
	};
}
/**
* What a HEALTHCHECK runs, or `undefined` where there is none, or NONE.
* @param shell the image's SHELL
*/
function healthCommand({ test: [kind, ...words] }, shell = ["/bin/sh", "-c"]) {
	const [first, ...rest] = kind === "CMD-SHELL" ? [...shell, ...words.slice(0, 1)] : kind === "CMD" ? words : [];
	return first === void 0 || words.length === 0 ? void 0 : [first, ...rest];
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

// src/engines/support.ts
/** The engines, and the two builders inside of Docker Engine, which can't do the same things. */
const dialects = [
	"buildx",
	"docker",
	"docker-classic",
	"podman",
	"buildah",
	"assemble"
];
const noDockerfile = { no: "it reads no Dockerfile" };
const dockersFormat = { no: "its images are of Docker's format, which has none" };
const onlyDocker = { no: "its images are of Docker's format" };
const oneStore = { no: "its images go into Docker's own store, which has none" };
const noAttestations = { no: "it makes no attestations" };
const builtIn = { no: "the classic builder has none" };
/** Of every input that a build may be given: which engine can honour it. docs/engines.md is made from this table. */
const supportTable = {
	target: everywhere("yes"),
	"build-args": everywhere("yes"),
	labels: {
		...everywhere("yes"),
		assemble: "yes"
	},
	network: everywhere("yes"),
	annotations: row({ since: "0.12" }, dockersFormat, dockersFormat, "yes", "yes", "yes"),
	"build-contexts": row("yes", { since: "23.0" }, builtIn, { since: "4.2" }, { since: "1.27" }),
	"build-contexts docker-image://": row("yes", { since: "23.0" }, builtIn, { since: "4.2" }, { since: "1.27" }),
	"build-contexts oci-layout://": row("yes", { since: "23.0" }, builtIn, { no: "it takes folders and images" }, { no: "it takes folders and images" }),
	secrets: row("yes", "yes", builtIn, { since: "4.0" }, { since: "1.24" }),
	ssh: row("yes", "yes", builtIn, { since: "3.4" }, { since: "1.23" }),
	"cache-from type=registry": row("yes", "yes", { no: "the classic builder looks at images that are here already" }, { since: "4.2" }, { since: "1.27" }),
	"cache-from type=local": cacheOfBuildKit(),
	"cache-from type=gha": cacheOfBuildKit(),
	"cache-from of another type": cacheOfBuildKit(),
	"cache-to type=registry": row("yes", oneStore, builtIn, { since: "4.2" }, { since: "1.27" }),
	"cache-to type=inline": row("yes", "yes", builtIn, { no: "it keeps its cache in a repository: type=registry" }, { no: "it keeps its cache in a repository: type=registry" }),
	"cache-to type=local": cacheOfBuildKit(),
	"cache-to type=gha": cacheOfBuildKit(),
	"cache-to of another type": cacheOfBuildKit(),
	"no-cache": everywhere("yes"),
	pull: everywhere("yes"),
	"add-hosts": everywhere("yes"),
	"shm-size": row("yes", { since: "23.0" }, "yes", "yes", "yes"),
	ulimit: row("yes", { since: "23.0" }, "yes", "yes", "yes"),
	provenance: row("yes", oneStore, builtIn, noAttestations, noAttestations),
	sbom: row("yes", oneStore, builtIn, noAttestations, noAttestations),
	outputs: row({ since: "0.13" }, { no: "it makes one image, and no other form of it" }, builtIn, "yes", "yes"),
	"extra-args": everywhere("yes"),
	"format: oci": row("yes", onlyDocker, onlyDocker, "yes", "yes", "yes"),
	"format: docker": row("yes", "yes", "yes", "yes", "yes", "yes")
};
/** In the order of {@link dialects}. */
function row(buildx, docker, classic, podman, buildah, assemble = noDockerfile) {
	return {
		buildx,
		docker,
		"docker-classic": classic,
		podman,
		buildah,
		assemble
	};
}
/** The same for every engine that reads Dockerfiles. */
function everywhere(support) {
	return row(support, support, support, support, support);
}
function cacheOfBuildKit() {
	const repository = { no: "it keeps its cache in a repository: type=registry" };
	return row("yes", oneStore, builtIn, repository, repository);
}
/** Which of the options in {@link supportTable} a request makes use of. */
function askedOptions({ source, labels }) {
	const { annotations, format } = source;
	const asked = {
		labels: isGiven(labels),
		annotations: isGiven(annotations),
		"format: oci": format === "oci",
		"format: docker": format === "docker",
		...source.kind === "dockerfile" && askedOfDockerfile(source)
	};
	return Object.keys(supportTable).filter((option) => asked[option] === true);
}
function askedOfDockerfile(source) {
	const contexts = Object.values(source.buildContexts ?? {});
	return {
		target: isGiven(source.target),
		"build-args": isGiven(source.buildArgs),
		network: isGiven(source.network),
		"build-contexts": contexts.some((context) => !context.includes("://")),
		"build-contexts docker-image://": contexts.some((context) => context.startsWith("docker-image://")),
		"build-contexts oci-layout://": contexts.some((context) => context.startsWith("oci-layout://")),
		secrets: isGiven(source.secrets),
		ssh: isGiven(source.ssh),
		...askedCaches("cache-from", source.cacheFrom),
		...askedCaches("cache-to", source.cacheTo),
		"no-cache": source.noCache === true,
		pull: source.pull === true,
		"add-hosts": isGiven(source.addHosts),
		"shm-size": isGiven(source.shmSize),
		ulimit: isGiven(source.ulimit),
		provenance: isGiven(source.provenance),
		sbom: isGiven(source.sbom),
		outputs: isGiven(source.outputs),
		"extra-args": isGiven(source.extraArgs)
	};
}
function askedCaches(option, caches = []) {
	return Object.fromEntries(caches.map(({ type }) => {
		const key = `${option} type=${type}`;
		return [Object.hasOwn(supportTable, key) ? key : `${option} of another type`, true];
	}));
}
function isGiven(value) {
	if (value === void 0 || value === "") return false;
	return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}
/**
* Refuses what the engine can't honour, before anything is built.
* @param version the engine's, as it says it
* @returns one error for each option, E_UNSUPPORTED, that names the engines which can
*/
function unsupportedOptions(asked, dialect, version) {
	return asked.flatMap((option) => {
		const why = whyNot(supportTable[option][dialect], version);
		if (why === void 0) return [];
		const others = dialects.flatMap((one) => {
			const support = supportTable[option][one];
			if (support !== "yes" && "no" in support) return [];
			return [one === dialect && support !== "yes" ? `${one} ${support.since} or newer` : one];
		});
		return [new CodedError("E_UNSUPPORTED", `${option} can't be honoured by ${`${dialect} ${version}`.trim()}: ${why}`, { hint: others.length === 0 ? `leave ${option} out` : `leave it out, or use an engine that can: ${others.join(", ")}` })];
	});
}
function whyNot(support, version) {
	if (support === "yes") return void 0;
	if ("no" in support) return support.no;
	return isAtLeast(version, support.since) ? void 0 : `it came with ${support.since}`;
}
/** Dotted numbers; what follows them (`-rc1`, `+dfsg1`) does not count. A build that says no version is taken for a new one. */
function isAtLeast(version, wanted) {
	if (version === "unknown") return true;
	const numbers = (text) => (/^v?(\d+(?:\.\d+)*)/u.exec(text)?.[1] ?? "0").split(".").map(Number);
	const have = numbers(version);
	for (const [index, number] of numbers(wanted).entries()) {
		const ours = have[index] ?? 0;
		if (ours !== number) return ours > number;
	}
	return true;
}

export { probeProgram as C, lookUpEmulation as S, qemuName as _, healthCheck as a, isOn as b, waitForService as c, crossRefusal as d, decideMode as f, modesToTry as g, emulationWarning as h, smokeTestArguments as i, checkEmulation as l, emulationCure as m, isAtLeast as n, healthCommand as o, describeMode as p, unsupportedOptions as r, urlCheck as s, askedOptions as t, crossFailure as u, relation as v, isUsable as x, binfmtFolder as y };