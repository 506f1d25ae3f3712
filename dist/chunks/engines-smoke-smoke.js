// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { c as splitWords } from "./inputs-readers.js";
import { i as platformArch, n as formatPlatform } from "./platform-platform.js";
import { i as tellingLines, n as lastLines } from "./engines-process-output.js";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

// src/engines/preflight/probe.ts
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

// src/engines/preflight/binfmt.ts
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
		const entry = await readEntry(root, name);
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
async function readEntry(root, name) {
	try {
		return parseEntry(name, await readFile(join(root, name), "utf8"));
	} catch {
		return;
	}
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

// src/engines/preflight/mode.ts
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
	const own = [formatPlatform(host.platform), ...host.others ?? []].join(" and ");
	const arch = platformArch(platform);
	const emulation = platform.os === host.platform.os ? `, or set mode: emulate to run ${arch} programs through QEMU here, which is several times slower` : "";
	return new CodedError("E_HOST_MISMATCH", `${target} was to be built natively, and ${host.label} works on ${own}${emulatedWords(host)}`, { hint: `run this leg on a ${target} machine (runs-on in the platforms table)${emulation}` });
}
function emulatedWords({ emulatedAs }) {
	return emulatedAs === void 0 ? "" : `, as its kernel says, and runs there through emulation as ${emulatedAs}`;
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

// src/engines/smoke/relay.ts
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

// src/engines/smoke/service.ts
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

// src/engines/smoke/service-check.ts
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

// src/engines/failures/failure-rules.ts
const where = ({ registry, doing }) => registry ?? (doing === "push" ? "the registry" : "the registry of a FROM image");
const target = ({ platform }) => platform === void 0 ? "the platform" : formatPlatform(platform);
const credentialsHint = ({ registry }) => `give username and password, or registry-auth, for ${registry ?? "that registry"}, or sign in before this step`;
const prunes = {
	podman: "podman image prune",
	buildx: "buildx prune"
};
/** Also in the words of a step: what it could not write to is the storage of the engine. */
const noSpace = {
	matches: /no space left on device/,
	code: "E_ENGINE",
	say: ({ engine }) => `the storage of ${engine} is full: no space left on device`,
	hint: ({ engine }) => engine === "docker" ? "free some, for example with \"docker builder prune\", or give the machine more" : `free some, for example with "${prunes[engine] ?? "buildah prune"}", or give the machine more`
};
/**
* Another place than the storage: an engine writes there what it exports, and podman and buildah the layers that they commit, of which older
* ones do not say why it failed.
*/
function noTemporarySpace({ temporary }) {
	const ours = temporary === void 0 ? [] : [`${literally(temporary)}/.*: no space left on device`];
	const theirs = ["storing layer .* to file: io: read/write on closed pipe", "/(?:container_images_|buildah\\d)\\S*: no space left on device"];
	return {
		matches: new RegExp([...ours, ...theirs].join("|"), "u"),
		code: "E_ENGINE",
		say: ({ engine }) => `${engine} has no room left for its temporary files`,
		hint: () => "the disk of TMPDIR or RUNNER_TEMP (/var/tmp, where podman and buildah have no TMPDIR) is full: free some, or let them name a folder on another"
	};
}
/** A pattern of this text and no other. */
function literally(text) {
	return text.replace(/[^\w/]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
/** Where the engine itself is the trouble. Messages of Docker 20.10 to 28, podman 4.3 to 5, buildah 1.28 to 1.39. */
const engineRules = [
	{
		matches: /command \[ssh |Host key verification failed|Permission denied \(publickey|ssh: (?:handshake failed|connect to host)/,
		code: "E_ENGINE",
		say: ({ engine }) => `${engine} is not reached through ssh`,
		hint: ({ engine }) => `see that "ssh <user>@<host> ${engine} version" works here as this user, without a question: the key, known_hosts, the address, and ${engine} on that machine`
	},
	{
		matches: /Cannot connect to Podman|unable to connect to Podman|failed to connect: (?:dial|ssh|knownhosts)/,
		code: "E_ENGINE",
		say: () => "podman's service does not answer",
		hint: () => "start it there (\"systemctl start podman.socket\", with --user for a user's own), check CONTAINER_HOST, CONTAINER_CONNECTION and \"podman system connection list\"; or leave them out to use the podman of this machine"
	},
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
	noSpace,
	{
		matches: /granting entitlement network\.host is not allowed|entitlement network\.host is not (?:allowed|granted)/,
		code: "E_UNSUPPORTED",
		say: () => "this BuildKit does not give RUN steps the network of its host (network.host)",
		hint: () => "leave network out or set network: none; or start buildkitd with --allow-insecure-entitlement network.host"
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
		matches: /no subuid ranges|no subgid ranges|insufficient UIDs or GIDs|newuidmap|potentially insufficient UIDs|error setting supplemental groups list/,
		code: "E_ENGINE",
		say: ({ engine }) => `${engine} has no range of user ids for this user`,
		hint: () => "as root: \"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 <user>\", then \"podman system migrate\""
	},
	{
		matches: /mkdir \S+: (?:permission denied|read-only file system)|cannot resolve \S+: lstat /,
		code: "E_ENGINE",
		say: ({ engine }) => `${engine} has no folder that it may write to, to keep its images in`,
		hint: () => "let HOME of the runner's service be a folder of its user's own, or name another graphroot in storage.conf"
	},
	{
		matches: /slirp4netns|setting up Pasta|pasta failed with|could not find pasta/,
		code: "E_ENGINE",
		say: ({ engine }) => `${engine} can't give containers a network here, since it has not the rights of root`,
		hint: () => "set network: host, or network: none for a build that needs none; or let /dev/net/tun be there, and slirp4netns or passt be installed"
	},
	{
		matches: /fuse-overlayfs|\/dev\/fuse/,
		code: "E_ENGINE",
		say: ({ engine }) => `the storage of ${engine} needs fuse-overlayfs, which does not work here`,
		hint: () => "install fuse-overlayfs and let /dev/fuse be there; or use a kernel of 5.13 or newer, where overlay needs neither; or set STORAGE_DRIVER=vfs, which is slow"
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
		matches: /toomanyrequests|pull rate limit|\b429\b.*Too Many Requests|StatusCode: 429/i,
		code: "E_RATE_LIMITED",
		say: (context) => `${where(context)} limits the rate of requests`,
		hint: credentialsHint
	},
	{
		matches: /no basic auth credentials|unauthorized: |401 Unauthorized|StatusCode: 401|authentication required|incorrect username or password/i,
		code: "E_UNAUTHORIZED",
		say: (context) => `${where(context)} refuses to sign us in: credentials are missing or wrong`,
		hint: credentialsHint
	},
	{
		matches: /denied: |(?:^|: )denied$|403 Forbidden|StatusCode: 403|insufficient_scope|access forbidden/i,
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
		hint: ({ engine }) => engine === "docker" ? "name it in \"insecure-registries\" of the daemon's /etc/docker/daemon.json and restart it" : engine === "buildx" ? `give that BuildKit, which pulls it, [registry."<registry>"] with http = true in its buildkitd.toml` : "name it in insecure-registries"
	},
	{
		matches: /x509: |certificate signed by unknown authority|tls: failed to verify/,
		code: ({ engine, caCertificate }) => engine === "docker" && caCertificate === true ? "E_UNSUPPORTED" : "E_REGISTRY",
		say: (context) => context.engine === "docker" && context.caCertificate === true ? `the Docker daemon does not trust the certificate of ${where(context)}, and ca-certificate can't reach it` : `the certificate of ${where(context)} is not trusted`,
		hint: ({ engine, registry }) => engine === "docker" ? `put the certificate into /etc/docker/certs.d/${registry ?? "<registry>"}/ca.crt on the daemon's machine, or use engine: podman or buildah` : engine === "buildx" ? `give that BuildKit, which pulls it, [registry."<registry>"] with ca = ["<file>"] in its buildkitd.toml` : "give the CA as ca-certificate"
	},
	{
		matches: /manifest unknown|name unknown|NAME_UNKNOWN|repository .* not found|^ERROR: (?!.*failed to (?:compute cache key|calculate checksum)).*: not found$|create LLB definition: \S+: not found$|manifest for \S+ not found/i,
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
		matches: /(?:received unexpected HTTP status|status ?code)[^0-9]*5\d\d|\b50[0234] \w+/i,
		code: "E_REGISTRY",
		say: (context) => `${where(context)} failed`,
		hint: () => "try again; if it goes on, ask those who run the registry"
	}
];

// src/engines/failures/step-failures.ts
const rules = [
	{
		matches: /(?:exec (\S+): )?exec format error/,
		says: ([, program = "a program in the build"], target) => `${program} is not for ${target}, or is no program: exec format error`,
		cure: (target) => `look for a file of another architecture that was copied in or downloaded, and for a script without its #! line; to run programs of ${target} on another machine, use mode: emulate`
	},
	{
		matches: /(CPU (?:lacks \w[\w. ]* support|does not support x86-64-v\d)[^\n]*|can only be run on \w+ processors with v\d microarchitecture support)/,
		says: ([, words = ""]) => `a program in the build wants a newer processor than this machine (or its emulation) has: ${words.trim()}`,
		cure: () => "use a base image for older processors, or a newer machine: RHEL 9 and its relatives want POWER9, z14 or x86-64-v2, RHEL 10 x86-64-v3"
	},
	{
		matches: /exec:? \\?"?([^"\\\s:]+)\\?"?: permission denied/,
		says: ([, program = ""]) => `${program} is not executable: permission denied`,
		cure: () => "let it be executable where it is copied from (\"chmod +x\", and \"git update-index --chmod=+x\" so that git knows), or use COPY --chmod=755"
	},
	{
		matches: /exec: \\?"([^"\\\n]+)\\?": (?:stat [^\n]*: no such file or directory|executable file not found)/,
		says: ([, program = ""]) => `${program} is not in the image`,
		cure: () => "COPY or install it in an earlier step; a RUN line without brackets needs /bin/sh, so in an image without a shell write RUN [\"/program\", \"argument\"]"
	},
	{
		matches: /qemu: uncaught target signal (\d+)/,
		says: ([, signal = ""], target) => `QEMU crashed with signal ${signal} while it emulated ${target}`,
		cure: (target) => `build on a ${target} machine, or install another version of QEMU: crashes come and go with its versions`
	},
	{
		matches: /dial udp 127\.0\.0\.53:53: socket: permission denied/,
		says: () => "a security profile of this machine keeps the engine from the network",
		cure: () => "AppArmor may confine /usr/bin/podman and /usr/bin/buildah by path: use engine: docker, or run a copy of the program under another name"
	},
	{
		matches: /(Could not resolve host[^\n]*|Temporary failure (?:in name resolution|resolving)[^\n]*|Temporary failure resolving[^\n]*|bad address '[^'\n]+'|(?:TLS|SSL) (?:handshake timeout|connection timeout)[^\n]*|Connection timed out[^\n]*|Network is unreachable[^\n]*)/i,
		says: ([, words = ""]) => `a build step did not get through to the network: ${words.trim()}`,
		cure: () => "see whether the machine itself does; if so, compare the MTU of its bridge with that of the network beneath (in nested containers it is often too large), and its name server with what containers get; or set network: host"
	},
	{
		matches: /(?:exit status|non-zero code:|exit code:) 137\b/,
		says: () => "a build step was killed (137)",
		cure: () => "most often the machine has too little memory; see \"dmesg\""
	},
	{
		matches: /(?:exit status|non-zero code:|exit code:) 132\b|Illegal instruction/,
		says: () => "a build step crashed on an instruction that this processor does not know (132)",
		cure: () => "the program needs a newer processor than this one, or than the one that is emulated"
	},
	{
		matches: /(?:exit status|non-zero code:|exit code:) 139\b/,
		says: () => "a build step crashed (139)",
		cure: () => "under emulation this is often QEMU itself: build on native hardware"
	}
];
/** @param target the platform, for people. @returns `undefined` where its author's own log says more than we do. */
function stepFailure(tail, target) {
	for (const rule of rules) {
		const found = rule.matches.exec(tail);
		if (found !== null) return {
			says: rule.says(found, target),
			cure: rule.cure(target)
		};
	}
}
/** The line of the Dockerfile at which BuildKit says that the build failed: `Dockerfile:9`, and the line marked with `>>>` below. */
function failedLine(output) {
	const found = /^\S+:(\d{1,6})\n-{10,}\n(?:.*\n){0,12}? *\1 \| >>> /mu.exec(output.replaceAll("\r\n", "\n"));
	return found === null ? void 0 : Number(found[1]);
}

// src/engines/failures/failures.ts
/** The words in which every engine says that a RUN step's own program ended badly. */
const stepFailed = /while running runtime: exit status|returned a non-zero code: \d+|executor failed running \[|did not complete successfully: exit code|unable to start container process/;
/** What an engine's output says about why it failed, as an error of the contract. */
function classify(output, exitCode, context) {
	const last = finalWords(output);
	const ended = last.at(-1) ?? "";
	const line = context.file === void 0 ? void 0 : failedLine(output);
	const make = (code, message, hint, told = lastLines(output)) => new CodedError(code, told === "" ? message : `${message} (${told})`, {
		...hint !== void 0 && { hint },
		...context.file !== void 0 && line !== void 0 && { place: {
			file: context.file,
			line
		} }
	});
	const inStep = context.doing === "build" && stepFailed.test(ended);
	const engines = [noTemporarySpace(context), ...engineRules];
	const rules = context.doing === "ask" || inStep ? engines : [...engines, ...registryRules];
	for (const rule of rules) {
		const words = (inStep ? [ended] : last).find((one) => rule.matches.test(one));
		if (words === void 0) continue;
		return make(typeof rule.code === "function" ? rule.code(context) : rule.code, rule.say(context), rule.hint(context), lastLines(words, 1, 300));
	}
	if (context.doing === "build") return buildFailure(output, exitCode, context, make);
	const what = context.doing === "push" ? `${context.engine} could not push` : `${context.engine} does not work here`;
	return context.doing === "push" ? make("E_REGISTRY", `${what} (exit code ${exitCode})`, "the log above has all that it said") : make("E_ENGINE", `${what} (exit code ${exitCode})`, `try "${context.engine} info" as this user on this machine, and see where its variables and its configuration lead it`);
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
	if (/no space left on device/i.test(tail)) return make("E_ENGINE", noSpace.say(context), noSpace.hint(context));
	const known = stepFailure(tail, target(context));
	if (known !== void 0) return make("E_BUILD", known.says, known.cure);
	return make("E_BUILD", `the build for ${target(context)} failed with ${context.engine} (exit code ${exitCode})`, "the log above has all of its output");
}
const runtimeRules = [
	{
		kind: "other",
		matches: /\$?XDG_RUNTIME_DIR|RunRoot is pointing to a path|\/run\/user\/\d+[^\n]*permission denied/,
		cure: "let the user of the runner keep a session: \"loginctl enable-linger <user>\" as root, and XDG_RUNTIME_DIR=/run/user/<its number> in the service"
	},
	{
		kind: "limits",
		matches: /setrlimit|setting (?:rlimit|"RLIMIT_)/,
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
/** A runtime says so, too, when the program isn't in the image, may not be run or has the wrong machine: that is the build's own fault. */
const programMissing = /executable file[^\n]* not found|exec: \\?"[^\n]*(?:no such file or directory|: permission denied)|exec format error/;
/** undefined: the container was started, or what is wrong is the program in it; with a probe of ours only its machine can be. */
function runtimeTrouble(output, program = "theirs") {
	for (const line of tellingLines(output).slice(-8)) {
		if ((program === "probe" ? /exec format error/ : programMissing).test(line)) return void 0;
		const rule = runtimeRules.find((one) => one.matches.test(line));
		if (rule !== void 0) return {
			kind: rule.kind,
			cure: rule.cure,
			says: lastLines(line, 1, 300)
		};
	}
}

// src/engines/smoke/smoke.ts
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
/**
* Why a smoke test did not end with 0: E_SMOKE_TEST with the last lines of its output, or E_ENGINE where its container could not
* even be started.
*/
function smokeTestFailure({ code, stdout, stderr, ended }, { command, platform, timeoutMs }, engine) {
	const output = `${stdout}\n${stderr}`;
	const told = lastLines(output);
	const said = told === "" ? "it said nothing" : told;
	const what = `smoke test ${JSON.stringify(show(command, 200))} on ${formatPlatform(platform)}`;
	if (ended === "timeout") return new CodedError("E_SMOKE_TEST", `${what} did not end within ${timeoutMs / 1e3} s: ${said}`, { hint: "nothing was pushed; it has to end by itself" });
	const trouble = runtimeTrouble(output);
	if (trouble !== void 0) return new CodedError("E_ENGINE", `${engine} can't start containers here: ${trouble.says}`, { hint: trouble.cure });
	const isMissing = code === 127 || /executable file not found|no such file or directory/.test(output);
	return new CodedError("E_SMOKE_TEST", `${what} ended with ${code}: ${said}`, { hint: isMissing ? "nothing was pushed; is that program in the image, and on its PATH? An image without a shell runs plain words only" : "nothing was pushed; the log above has its output" });
}

export { probeProgram as C, lookUpEmulation as S, qemuName as _, healthCheck as a, isOn as b, waitForService as c, crossRefusal as d, decideMode as f, modesToTry as g, emulationWarning as h, runtimeTrouble as i, checkEmulation as l, emulationCure as m, smokeTestFailure as n, healthCommand as o, describeMode as p, classify as r, urlCheck as s, smokeTestArguments as t, crossFailure as u, relation as v, isUsable as x, binfmtFolder as y };