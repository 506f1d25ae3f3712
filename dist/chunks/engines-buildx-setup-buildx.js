// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, o as show, t as CodedError } from "./errors.js";
import { r as architectureOfUname } from "./platform-architectures.js";
import { a as childEnvironment, i as spawnExec, t as findTool } from "./engines-process-tools.js";
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline as pipeline$1 } from "node:stream/promises";

// src/engines/buildx/setup-pins.ts
/**
* SHA-256 of the programs in releases of buildx, as Docker Official Images pins them too.
* https://github.com/docker/buildx/releases, https://github.com/docker-library/docker/blob/master/versions.json
*/
const buildxPins = {
	"0.17.1": {
		amd64: "aa7a9778349e1a8ace685e4c51a1d33e7a9b0aa6925d1c625b09cb3800eba696",
		arm64: "de05dccd47932eb9fd6e63781ab29d2b0b2c834bbdd19b51d7ea452b1fe378d3",
		ppc64le: "29b4f2de5a1e6ecb4096868111d693a8ba4aaf144d535242ce19fc4154f94a4e",
		s390x: "9a3a4376025d1c2771ac69aceff0bcb19a2594413e318a34455af037ce903f06",
		riscv64: "e67d26acb10c4529b9b5ca4e20781865d63e538228c566af6d1e91da65cdb992"
	},
	"0.30.1": {
		amd64: "c37114fcd034025ec68e224657c8a5a850df472ded3ddcbca75ad3a7ebb9710d",
		arm64: "31d012d52d6df68aef4b55db62330967b562811f0de30cdfaa4505f314797c76",
		ppc64le: "13523e8d1820019f404df31c7ec17c7a76c16f638dd04acc33f5d141f683247c",
		s390x: "b752c6824bcc355b012d6f595987706fef15243792fe755f50de76c979bc592d",
		riscv64: "86af30811ceaad9fc34a6bc02e5d093d1460ec24f125c47e639ed1fac9effe83"
	},
	"0.31.1": {
		amd64: "dc8eaffbf29138123b4874d852522b12303c61246a5073fa0f025e4220317b1e",
		arm64: "963c674c558dad2eefd42304a09020329a196ed16819b72396e7657eb69f031b",
		ppc64le: "67016c06ceaaf076f852f07f6172f0edc6d71fb6f1436664f9877db68e2ffcfe",
		s390x: "759b12386f3ec701b4255986193d339fad3093033d4786caab04bbdb9cc0d10a",
		riscv64: "20ad44615fa09af8eccad4014040c0b59d5c83192337be0bd293b2cf732f606f"
	},
	"0.33.0": {
		amd64: "9426a15411f35f635afef3f5d3bae53155c3e30d26dee430cc968e13d34be49f",
		arm64: "204dc28447d3bb48f42ed1ce5747e0885cd57e306506a39029311becdb1ef786",
		ppc64le: "46b0444858c8db8c6f741dca20b815f50046a2d73f4874a54dae2719df145ad3",
		s390x: "17fbec8163440e73d1e784d55faf483b17782aac471d867a525fa370f3ed317c",
		riscv64: "5003b19409f2dfb38fc5f00a8eac4b1d810f6087b88ae007c6983287b93095dd"
	}
};

// src/engines/buildx/setup-buildx.ts
/** Names another place than GitHub's releases: `<address>/v0.30.1/buildx-v0.30.1.linux-s390x`. */
const addressVariable = "NATIVE_MULTIARCH_BUILDX_URL";
const standardAddress = "https://github.com/docker/buildx/releases/download";
const maxProgramBytes = 314572800;
const maxChecksumsBytes = 1048576;
const waitsMs = [2e3, 8e3];
const arches = [
	"amd64",
	"arm64",
	"ppc64le",
	"s390x",
	"riscv64"
];
/**
* buildx of this version for this machine, from the tool cache or downloaded into it, its SHA-256 checked in either case before it is
* run. Where the tool cache is not ours to write to, it lies in a temporary folder.
* @returns the program's absolute path
* @throws E_INPUT for a version that nobody pinned; E_UNSUPPORTED for a machine that buildx is not released for; E_DIGEST_MISMATCH;
* E_NOT_FOUND, E_DENIED, E_RATE_LIMITED, E_NETWORK, E_TIMEOUT; E_ENGINE where it does not run
*/
async function setUpBuildx(wanted, options) {
	const arch = await machineOf(options);
	const { version } = wanted;
	const url = new URL(`buildx-v${version}.linux-${arch}`, releaseOf(version, options.env));
	const sha256 = await checksumOf(wanted, arch, url, options);
	const cached = cacheFolder(options.env, version, arch);
	const program = (cached && await foundIn(cached, sha256, options.log)) ?? await install({
		url,
		sha256,
		maxBytes: maxProgramBytes
	}, cached, options);
	await tryOut(program, options);
	return program;
}
/** As a child of this process sees it: Node may be emulated, and what it starts may not. */
async function machineOf({ env, exec = spawnExec }) {
	const uname = await findTool("uname", env["PATH"]);
	if (uname === void 0) throw new CodedError("E_ENGINE_MISSING", "there is no uname on PATH", { hint: "install coreutils" });
	const { stdout } = await exec(uname, ["-m"], {
		env: childEnvironment(env),
		timeoutMs: 1e4
	});
	const arch = arches.find((one) => one === architectureOfUname(stdout.trim()));
	if (arch !== void 0) return arch;
	throw new CodedError("E_UNSUPPORTED", `setup: buildx is not installed on ${quote(stdout.trim(), 40)}`, { hint: `it is released for ${arches.join(", ")}; leave setup out` });
}
function releaseOf(version, env) {
	const address = env["NATIVE_MULTIARCH_BUILDX_URL"] ?? "";
	const base = address === "" ? standardAddress : address.replace(/\/+$/u, "");
	if (URL.canParse(base) && /^https?:\/\/[^/@]+(?:\/|$)/u.test(base)) return new URL(`${base}/v${version}/`);
	const shown = base.includes("@") ? "holds a user" : `is ${quote(base, 200)}`;
	throw new CodedError("E_INPUT", `${addressVariable} ${shown}`, { hint: "it is the address of a folder, http:// or https://, without user and password" });
}
async function checksumOf({ version, checksums }, arch, program, options) {
	if (checksums === void 0) {
		const known = Object.hasOwn(buildxPins, version) ? buildxPins[version]?.[arch] : void 0;
		if (known !== void 0) return known;
		throw new CodedError("E_INPUT", `setup: nobody here knows the SHA-256 of buildx ${version}`, { hint: `use ${Object.keys(buildxPins).join(", ")}; or write buildx@${version} sha256:<SHA-256 of the checksums.txt of that release>` });
	}
	const url = new URL("checksums.txt", program);
	const file = program.pathname.slice(program.pathname.lastIndexOf("/") + 1);
	const list = join(await mkdtemp(join(options.temp, "buildx-")), "checksums.txt");
	await fetchFile({
		url,
		sha256: checksums,
		maxBytes: maxChecksumsBytes
	}, list, options);
	const line = (await readFile(list, "utf8")).split("\n").find((each) => each.replace(/^\S+\s+\*?/u, "").trim() === file);
	const found = /^([0-9a-f]{64})\s/u.exec(line ?? "")?.[1];
	if (found !== void 0) return found;
	throw new CodedError("E_NOT_FOUND", `${url.href} has no ${file}`, { hint: "choose another version of buildx" });
}
/** The folders of the runner's tool cache: `<cache>/<tool>/<version>/<architecture>`, complete where a file beside it says so. */
function cacheFolder(env, version, arch) {
	const root = env["RUNNER_TOOL_CACHE"] ?? "";
	return root === "" ? void 0 : join(root, "buildx", version, arch);
}
async function foundIn(folder, expected, log) {
	const program = join(folder, "buildx");
	try {
		const digest = await digestOfFile(program);
		if (digest === expected) return program;
		log.warning(`${program} is not the buildx that was pinned (SHA-256 ${digest}): it is left where it is and not used`);
	} catch {}
}
async function digestOfFile(path) {
	const hash = createHash("sha256");
	await pipeline$1(createReadStream(path), hash);
	return hash.digest("hex");
}
/** Into the leg's own folder, and from there, once it is known to be the right one, into the tool cache where that goes. */
async function install(wanted, cached, options) {
	const folder = await mkdtemp(join(options.temp, "buildx-"));
	const program = join(folder, "buildx");
	await fetchFile(wanted, program, options);
	await chmod(program, 493);
	if (cached === void 0 || !await keep(folder, cached)) return program;
	options.log.info(`buildx is kept in the tool cache, at ${cached}`);
	return join(cached, "buildx");
}
/** @returns false where another leg was faster, something else is there, or the tool cache is not ours to write to or full. */
async function keep(folder, cached) {
	const beside = `${cached}.${randomBytes(6).toString("hex")}`;
	try {
		await mkdir(dirname(cached), { recursive: true });
		await chmod(folder, 493);
		await move(folder, cached, beside);
	} catch {
		return false;
	}
	await writeFile(`${cached}.complete`, "").catch(() => void 0);
	return true;
}
/** Whole or not at all, also from one file system to another. */
async function move(folder, target, beside) {
	try {
		await rename(folder, target);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
		try {
			await cp(folder, beside, { recursive: true });
			await rename(beside, target);
		} catch (failed) {
			await rm(beside, {
				recursive: true,
				force: true
			});
			throw failed;
		}
	}
}
async function fetchFile(wanted, path, { download, sleep, log }) {
	const { url } = wanted;
	for (let attempt = 0;; attempt++) try {
		log.info(`downloading ${url.href}`);
		await writeChecked(download(url), path, wanted);
		return;
	} catch (error) {
		const waitMs = waitsMs[attempt];
		if (!(error instanceof CodedError && [
			"E_NETWORK",
			"E_TIMEOUT",
			"E_RATE_LIMITED"
		].includes(error.code)) || waitMs === void 0) throw withMirror(error);
		log.info(`${show(error.message, 300)}; trying again in ${waitMs / 1e3} s`);
		await sleep(waitMs);
	}
}
/** A hint that ends in "use a mirror" is told how to. */
function withMirror(error) {
	if (!(error instanceof CodedError) || error.hint?.endsWith("a mirror") !== true) return error;
	const hint = `${error.hint}, whose address is given in ${addressVariable}`;
	return new CodedError(error.code, error.message, {
		hint,
		cause: error
	});
}
async function writeChecked(bytes, path, { url, sha256, maxBytes }) {
	const hash = createHash("sha256");
	let size = 0;
	const checked = async function* () {
		for await (const chunk of bytes) {
			size += chunk.byteLength;
			if (size > maxBytes) throw new CodedError("E_DIGEST_MISMATCH", `${url.href} has more than ${maxBytes} bytes`, { hint: "that is not what was pinned: check the address" });
			hash.update(chunk);
			yield chunk;
		}
	};
	await pipeline$1(Readable.from(checked()), createWriteStream(path, { mode: 384 }));
	const digest = hash.digest("hex");
	if (digest === sha256) return;
	await rm(path, { force: true });
	throw new CodedError("E_DIGEST_MISMATCH", `${url.href} has the SHA-256 ${digest} (${size} bytes), and ${sha256} was pinned`, { hint: "nothing of it was run; a mirror has to hold the very files of the release" });
}
async function tryOut(program, { env, exec = spawnExec, log }) {
	const failed = (why) => new CodedError("E_ENGINE", `${program} was installed and does not run: ${show(why, 300)}`, { hint: "see whether its folder is mounted noexec; RUNNER_TOOL_CACHE and RUNNER_TEMP name others" });
	const answer = await exec(program, ["version"], {
		env: childEnvironment(env),
		timeoutMs: 6e4
	}).catch((error) => {
		throw failed(error instanceof Error ? error.message : String(error));
	});
	if (answer.code !== 0) throw failed(answer.stderr);
	log.info(`setup: ${show(answer.stdout.trim(), 200)}`);
}

export { addressVariable, setUpBuildx };