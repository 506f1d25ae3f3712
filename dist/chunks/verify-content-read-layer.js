// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { n as digestAlgorithm, t as DigestStream } from "./oci-digest.js";
import { a as parseNumber, i as parseHeader, n as isRecord, o as parsePax, r as noRecords, s as text } from "./verify-content-tar-header.js";
import * as zlib$1 from "node:zlib";

// src/verify/content/machine.ts
const elf = [
	127,
	69,
	76,
	70
];
const wasm = [
	0,
	97,
	115,
	109
];
/**
* e_machine, then `<bits> <byte order>`, then the name. https://www.sco.com/developers/gabi/latest/ch4.eheader.html
* A header that is not in here is of no machine that we can name, which is a machine all the same.
*/
const names = {
	2: { "32 big": "sparc" },
	3: { "32 little": "386" },
	4: { "32 big": "m68k" },
	8: {
		"32 big": "mips",
		"32 little": "mipsle",
		"64 big": "mips64",
		"64 little": "mips64le"
	},
	15: {
		"32 big": "hppa",
		"64 big": "hppa64"
	},
	20: {
		"32 big": "ppc",
		"32 little": "ppcle"
	},
	21: {
		"64 big": "ppc64",
		"64 little": "ppc64le"
	},
	22: {
		"32 big": "s390",
		"64 big": "s390x"
	},
	40: {
		"32 little": "arm",
		"32 big": "armbe"
	},
	42: {
		"32 little": "sh4",
		"32 big": "sh4be"
	},
	43: { "64 big": "sparc64" },
	50: { "64 little": "ia64" },
	62: {
		"64 little": "amd64",
		"32 little": "x32"
	},
	183: {
		"64 little": "arm64",
		"64 big": "arm64be",
		"32 little": "arm64-ilp32",
		"32 big": "arm64be-ilp32"
	},
	243: {
		"32 little": "riscv32",
		"64 little": "riscv64"
	},
	258: {
		"32 little": "loong32",
		"64 little": "loong64"
	},
	36902: { "64 little": "alpha" }
};
/** Code for no processor, of every image alike: none, CUDA, AMD GPU, BPF. */
const deviceMachines = /* @__PURE__ */ new Set([
	0,
	190,
	224,
	247
]);
const executable = 2;
const sharedObject = 3;
const mipsN32 = 32;
const ppc64AbiMask = 3;
const ppc64ElfV1 = 1;
/** What a file that starts with these bytes is; undefined for data, object files (`.o`, kernel modules) and core dumps. */
function runnableOf(head) {
	if (startsWith(head, elf)) return ofElf(head);
	if (startsWith(head, [35, 33])) return ofScript(head);
	return startsWith(head, wasm) ? {
		kind: "unknown",
		what: "WebAssembly"
	} : void 0;
}
function ofElf(head) {
	const bits = [
		void 0,
		32,
		64
	][head[4] ?? 0];
	const order = [
		void 0,
		"little",
		"big"
	][head[5] ?? 0];
	if (bits === void 0 || order === void 0 || head.length < (bits === 64 ? 64 : 52)) return {
		kind: "unknown",
		what: "a damaged ELF file"
	};
	const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
	const little = order === "little";
	const type = view.getUint16(16, little);
	const machine = view.getUint16(18, little);
	if (type !== executable && type !== sharedObject || deviceMachines.has(machine)) return void 0;
	const name = names[machine]?.[`${bits} ${order}`] ?? `machine ${machine} (${bits}-bit, ${order}-endian)`;
	return {
		kind: "program",
		machine: `${name}${abiOf(name, view.getUint32(bits === 64 ? 48 : 36, little))}`
	};
}
/** ABIs of one machine that need a platform, or a kernel, of their own. */
function abiOf(name, flags) {
	if ((name === "mips" || name === "mipsle") && (flags & mipsN32) !== 0) return " (n32)";
	return name === "ppc64le" && (flags & ppc64AbiMask) === ppc64ElfV1 ? " (ELFv1)" : "";
}
/** https://man7.org/linux/man-pages/man2/execve.2.html#DESCRIPTION, "Interpreter scripts". */
function ofScript(head) {
	const end = head.indexOf(10);
	const line = Buffer.from(head.subarray(2, end < 0 ? head.length : end)).toString("utf8");
	const match = /^[ \t]*([^ \t\r]+)[ \t]*(.*)$/s.exec(line);
	if (match?.[1] === void 0 || line.includes("\0")) return void 0;
	return {
		kind: "script",
		interpreter: match[1],
		argument: (match[2] ?? "").trimEnd()
	};
}
function startsWith(head, magic) {
	return magic.every((byte, index) => head[index] === byte);
}
/** Systems whose programs are ELF files. */
const elfSystems = /* @__PURE__ */ new Set([
	"linux",
	"android",
	"freebsd",
	"netbsd",
	"openbsd",
	"dragonfly",
	"solaris",
	"illumos"
]);
/** Whether an operating system's programs are told by this file. */
function hasElfPrograms(os) {
	return elfSystems.has(os);
}

// src/verify/content/layer.ts
const data = { kind: "data" };
const directory = { kind: "directory" };
const removed = { kind: "removed" };
const emptied = { kind: "emptied" };
const whiteout = ".wh.";
/** Linux's own limits, PATH_MAX and NAME_MAX, in bytes: what is over them can't be unpacked. */
const maxPath = 4096;
const maxName = 255;
/**
* What a member of a layer's archive changes, and where, as names from the root; undefined for one that can't be a path in an image.
* https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
*/
function changeOf$1(entry) {
	const parts = pathParts(entry.path);
	if (parts === void 0) return void 0;
	const name = parts.at(-1) ?? "";
	if (!name.startsWith(whiteout)) {
		const change = contentOf(entry);
		return change === void 0 ? void 0 : [parts, change];
	}
	const folder = parts.slice(0, -1);
	const hidden = name.slice(4);
	if (hidden === ".wh..opq") return [folder, emptied];
	if (hidden.startsWith(whiteout) || hidden === "" || hidden === "." || hidden === "..") return void 0;
	return [[...folder, hidden], removed];
}
function contentOf({ type, target, head }) {
	switch (type) {
		case "directory": return directory;
		case "symlink": return isPath(target) ? {
			kind: "symlink",
			target
		} : void 0;
		case "hardlink": return isPath(target) ? {
			kind: "hardlink",
			target
		} : void 0;
		case "file": return runnableOf(head) ?? data;
		case "other": return data;
	}
}
/** The names on the way from the root, without `.` and empty ones; undefined where `..` is among them, or a name can't be one. */
function pathParts(path) {
	if (!isPath(path)) return void 0;
	const parts = path.split("/").filter((part) => part !== "" && part !== ".");
	return parts.some((part) => part === ".." || part.length > maxName) ? void 0 : parts;
}
function isPath(path) {
	return path.length <= maxPath && !path.includes("\0");
}

// src/verify/content/zstd-frames.ts
const frameMagic = 4247762216;
/** Of a frame without content; the last four bits of its magic are free. */
const skippableMagic = 25481893;
/** zstd:chunked has a frame for each file. */
const maxFrames = 2e6;
/**
* Cuts a zstd stream where its frames end. Node's decompressor drops what stands behind a frame's end in the same write, and says
* nothing; zstd:chunked layers have thousands of frames.
*/
var ZstdFrames = class {
	#format = frames();
	#step = this.#format.next([]).value;
	/** What is there of the bytes that have to be read. */
	#field = [];
	#passed = 0;
	#frames = 0;
	#begun = false;
	/** Whether the bytes so far end with a frame. */
	get isWhole() {
		return !this.#begun;
	}
	/** The parts of a chunk, none of them across the end of a frame. @throws Error for what is no zstd stream */
	*cut(chunk) {
		let start = 0;
		let offset = 0;
		while (offset < chunk.length) {
			this.#begun = true;
			offset += this.#advance(chunk, offset);
			if (this.#step !== "frame ended") continue;
			this.#frames += 1;
			if (this.#frames > maxFrames) throw new Error(`it has more than ${maxFrames} zstd frames`);
			this.#begun = false;
			this.#step = this.#next([]);
			yield chunk.subarray(start, offset);
			start = offset;
		}
		if (start < offset) yield chunk.subarray(start, offset);
	}
	/** @returns the bytes taken */
	#advance(chunk, offset) {
		if (this.#step === "frame ended") return 0;
		if ("pass" in this.#step) {
			const taken = Math.min(this.#step.pass - this.#passed, chunk.length - offset);
			this.#passed += taken;
			if (this.#passed === this.#step.pass) this.#step = this.#next([]);
			return taken;
		}
		this.#field.push(chunk[offset] ?? 0);
		if (this.#field.length === this.#step.read) this.#step = this.#next(this.#field);
		return 1;
	}
	/** Steps over what takes no bytes. */
	#next(field) {
		this.#field = [];
		this.#passed = 0;
		let step = this.#format.next(field).value;
		while (step !== "frame ended" && "pass" in step && step.pass === 0) step = this.#format.next([]).value;
		return step;
	}
};
/** https://www.rfc-editor.org/rfc/rfc8878#section-3.1 */
function* frames() {
	for (;;) {
		const magic = littleEndian(yield { read: 4 });
		if (Math.floor(magic / 16) === skippableMagic) yield { pass: littleEndian(yield { read: 4 }) };
		else if (magic === frameMagic) yield* frame();
		else throw new Error("it has bytes that are no zstd frame");
		yield "frame ended";
	}
}
function* frame() {
	const [descriptor = 0] = yield { read: 1 };
	const isSingleSegment = (descriptor & 32) !== 0;
	const windowBytes = isSingleSegment ? 0 : 1;
	const dictionaryBytes = [
		0,
		1,
		2,
		4
	][descriptor & 3] ?? 0;
	const sizeBytes = [
		isSingleSegment ? 1 : 0,
		2,
		4,
		8
	][descriptor >> 6] ?? 0;
	yield { pass: windowBytes + dictionaryBytes + sizeBytes };
	for (let isLast = false; !isLast;) {
		const header = littleEndian(yield { read: 3 });
		yield { pass: (header >> 1 & 3) === 1 ? 1 : header >> 3 };
		isLast = (header & 1) === 1;
	}
	yield { pass: (descriptor & 4) !== 0 ? 4 : 0 };
}
function littleEndian(bytes) {
	return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

// src/verify/content/inflate.ts
const magics = [
	["gzip", [31, 139]],
	["zstd", [
		40,
		181,
		47,
		253
	]],
	["zstd", [
		42,
		77,
		24
	]],
	["xz", [
		253,
		55,
		122,
		88,
		90,
		0
	]],
	["bzip2", [
		66,
		90,
		104
	]]
];
/** How a stream is packed, by its first {@link magicBytes}. */
function packingOf(start) {
	return magics.find(([, magic]) => {
		const isSkippable = magic[0] === 42;
		const at = isSkippable ? 1 : 0;
		if (isSkippable && ((start[0] ?? 0) & 240) !== 80) return false;
		return magic.every((byte, index) => start[at + index] === byte);
	})?.[0] ?? "none";
}
/** The bytes are damaged: says how. */
var InflateError = class extends Error {};
/** They are sound, and this program can't inflate them: says why, in words that go behind the layer's name. */
var CannotInflate = class extends Error {};
/** Large enough that the way between threads costs little, in bytes. */
const chunkSize = 262144;
/** 32 MiB, the widest window of encoders in use: it is memory that a stream makes us take. */
const maxWindowLog = 25;
/**
* Inflates a stream to its end; `sink` gets the bytes as they come, and stops the work by throwing.
* @throws InflateError, CannotInflate, and whatever the source or the sink throws
*/
async function inflate(packing, source, sink) {
	switch (packing) {
		case "none":
			for await (const chunk of source) sink(asBuffer(chunk));
			return;
		case "gzip":
			await run(zlib$1.createGunzip({ chunkSize }), source, sink);
			return;
		case "zstd":
			await run(zstdEngine(), wholeFrames(source), sink);
			return;
		case "xz":
		case "bzip2": throw new CannotInflate(`is packed with ${packing}, which few runtimes read`);
	}
}
function zstdEngine() {
	if (!("createZstdDecompress" in zlib$1)) throw new CannotInflate("is zstd, which needs Node 22.15 or newer");
	return zlib$1.createZstdDecompress({
		chunkSize,
		params: { [zlib$1.constants.ZSTD_d_windowLogMax]: maxWindowLog }
	});
}
async function* wholeFrames(source) {
	const frames = new ZstdFrames();
	for await (const chunk of source) yield* cut(frames, chunk);
	if (!frames.isWhole) throw new InflateError("it stops in the middle of a zstd frame");
}
function* cut(frames, chunk) {
	try {
		yield* frames.cut(chunk);
	} catch (error) {
		throw new InflateError(error instanceof Error ? error.message : String(error));
	}
}
/** Drives an engine by hand: pipelines of streams cost more, and don't tell bytes that the engine left over. */
async function run(engine, source, sink) {
	const output = new EngineOutput(engine, sink);
	let given = 0;
	try {
		for await (const chunk of source) {
			given += chunk.length;
			if (!engine.write(chunk)) await output.moved();
			if (output.isOver) break;
		}
		engine.end();
		while (!output.isOver) await output.moved();
	} finally {
		engine.destroy();
	}
	if (output.failed !== void 0) throw output.failed;
	if (engine.bytesWritten < given) throw new InflateError("it goes on behind its end");
}
/** What comes out of an engine, until its end or a failure of its own or of the sink's. */
var EngineOutput = class {
	failed;
	#engine;
	#ended = false;
	#wake = () => void 0;
	constructor(engine, sink) {
		this.#engine = engine;
		engine.on("data", (bytes) => {
			try {
				if (this.failed === void 0) sink(bytes);
			} catch (error) {
				this.#fail(error);
			}
		});
		engine.once("end", () => {
			this.#ended = true;
			this.#wake();
		});
		engine.on("drain", () => {
			this.#wake();
		});
		engine.once("error", (error) => {
			this.#fail(error.code === "ZSTD_error_frameParameter_windowTooLarge" ? new CannotInflate("is zstd with a window of more than 32 MiB") : new InflateError(error.message));
		});
	}
	get isOver() {
		return this.#ended || this.failed !== void 0;
	}
	/** Resolves when the engine takes more, or is over. */
	async moved() {
		await new Promise((resolve) => {
			this.#wake = resolve;
			if (this.isOver) resolve();
		});
	}
	#fail(error) {
		this.failed ??= error;
		this.#engine.destroy();
		this.#wake();
	}
};
function asBuffer(bytes) {
	return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// src/verify/content/change-list.ts
const kinds = [
	"data",
	"directory",
	"program",
	"script",
	"unknown",
	"symlink",
	"hardlink",
	"removed",
	"emptied"
];
const chunkBytes = 65536;
/**
* The changes of one layer in the order of its archive, packed: a million paths as strings would take a few hundred MiB. Each is kept as
* the number of names that it shares with the one before, its other names, and what it is.
*/
var ChangeList = class {
	/** What the list takes, in bytes. */
	bytes = 0;
	#chunks = [];
	#last = [];
	add(parts, change) {
		let shared = 0;
		while (shared < parts.length && parts[shared] === this.#last[shared]) shared += 1;
		const words = [...parts.slice(shared), ...detailOf(change)];
		const atMost = words.reduce((sum, word) => sum + 3 * word.length + 2, 5);
		const chunk = this.#room(atMost);
		const { bytes } = chunk;
		let at = chunk.used;
		at = bytes.writeUInt8(kinds.indexOf(change.kind), at);
		at = bytes.writeUInt16LE(shared, at);
		at = bytes.writeUInt16LE(parts.length - shared, at);
		for (const word of words) {
			const length = bytes.write(word, at + 2);
			at = bytes.writeUInt16LE(length, at) + length;
		}
		this.bytes += at - chunk.used;
		chunk.used = at;
		this.#last = parts;
	}
	*[Symbol.iterator]() {
		const parts = [];
		for (const { bytes, used } of this.#chunks) {
			let at = 0;
			const word = () => {
				const start = at + 2;
				at = start + bytes.readUInt16LE(at);
				return bytes.toString("utf8", start, at);
			};
			while (at < used) {
				const kind = kinds[bytes.readUInt8(at)] ?? "data";
				parts.length = bytes.readUInt16LE(at + 1);
				const own = bytes.readUInt16LE(at + 3);
				at += 5;
				for (let index = 0; index < own; index += 1) parts.push(word());
				yield {
					parts: parts.slice(),
					change: changeOf(kind, word)
				};
			}
		}
	}
	#room(bytes) {
		const last = this.#chunks.at(-1);
		if (last !== void 0 && last.bytes.length - last.used >= bytes) return last;
		const chunk = {
			bytes: Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes)),
			used: 0
		};
		this.#chunks.push(chunk);
		return chunk;
	}
};
function detailOf(change) {
	switch (change.kind) {
		case "program": return [change.machine];
		case "script": return [change.interpreter, change.argument];
		case "unknown": return [change.what];
		case "symlink":
		case "hardlink": return [change.target];
		case "data":
		case "directory":
		case "removed":
		case "emptied": return [];
	}
}
function changeOf(kind, word) {
	switch (kind) {
		case "program": return {
			kind,
			machine: word()
		};
		case "script": return {
			kind,
			interpreter: word(),
			argument: word()
		};
		case "unknown": return {
			kind,
			what: word()
		};
		case "symlink":
		case "hardlink": return {
			kind,
			target: word()
		};
		case "data":
		case "directory":
		case "removed":
		case "emptied": return { kind };
	}
}

// src/verify/content/sparse.ts
/**
* Where the first kept bytes of a member belong, as far as its header tells; undefined for a file without holes, and for one whose
* body starts with the map ({@link parseSparseMap}). https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
*/
function firstFragment(header, bytes, { pax }) {
	if (header.flag === "S") return {
		start: parseNumber(bytes, 386, 12),
		length: parseNumber(bytes, 398, 12)
	};
	const [start, length] = pax.get("GNU.sparse.map")?.split(",", 2) ?? [pax.get("GNU.sparse.offset"), pax.get("GNU.sparse.numbytes")];
	return start === void 0 ? void 0 : {
		start: Number(start),
		length: Number(length)
	};
}
/** Whether the body starts with the map of a sparse file, as format 1.0 has it. */
function isPaxSparse(header, { pax }) {
	return header.flag === "0" && pax.get("GNU.sparse.major") === "1" && pax.get("GNU.sparse.minor") === "0";
}
/**
* The map in front of a sparse file's bytes: decimal lines, filled up to a block.
* @throws Error that says what is wrong, in words that go behind the archive's name
*/
function parseSparseMap(body) {
	let at = 0;
	const line = () => {
		const end = body.indexOf(10, at);
		const digits = body.toString("latin1", at, end < 0 || end > at + 20 ? at : end);
		if (!/^\d{1,16}$/.test(digits)) throw new Error("has a sparse file whose map makes no sense");
		at = end + 1;
		return Number(digits);
	};
	const count = line();
	let first;
	for (let index = 0; index < count; index += 1) {
		const fragment = {
			start: line(),
			length: line()
		};
		first ??= fragment;
	}
	return {
		bytes: Math.ceil(at / 512) * 512,
		first
	};
}

// src/verify/content/tar.ts
/** Of a pax or GNU record and of a sparse file's map, in bytes: the figure of Go's archive/tar, so of every runtime. */
const maxRecord = 1048576;
/** Headers that are records of a member, for each member that may be there. */
const maxRecordsPerEntry = 4;
const types = {
	"0": "file",
	"7": "file",
	S: "file",
	"1": "hardlink",
	"2": "symlink",
	"5": "directory"
};
const nothing = Buffer.alloc(0);
const zeros = Buffer.alloc(65536);
/**
* Walks a tar stream as Go's archive/tar does: ustar, pax, star, GNU long names and sparse files. Holds one block and one record, never a
* file. Global pax records are passed over, as runtimes do.
* https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
*/
var TarWalker = class {
	#emit;
	#caps;
	#what;
	#held = Buffer.alloc(512);
	#heldBytes = 0;
	#member;
	/** An old GNU sparse file whose map goes on in the next block. */
	#extended;
	#padding = 0;
	#records = noRecords;
	#headers = 0;
	#entries = 0;
	#zeroBlocks = 0;
	constructor(what, caps, emit) {
		this.#what = what;
		this.#caps = caps;
		this.#emit = emit;
	}
	/** @throws E_LAYER for what is no tar, or over a cap. */
	write(chunk) {
		let offset = 0;
		while (offset < chunk.length) {
			if (this.#zeroBlocks >= 2) {
				this.#readTrailer(chunk, offset);
				return;
			}
			if (this.#padding > 0) {
				const skipped = Math.min(this.#padding, chunk.length - offset);
				this.#padding -= skipped;
				offset += skipped;
			} else offset += this.#member === void 0 ? this.#readBlock(chunk, offset) : this.#readBody(this.#member, chunk, offset);
		}
	}
	/** @throws E_LAYER when the stream stopped inside a member. */
	end() {
		if (this.#member !== void 0 || this.#extended !== void 0 || this.#heldBytes > 0) throw this.#error("stops in the middle of a member");
	}
	/** Takes what is there of the next block, and reads it once it is whole. @returns the bytes taken */
	#readBlock(chunk, offset) {
		const taken = Math.min(512 - this.#heldBytes, chunk.length - offset);
		if (taken === 512) {
			this.#openBlock(chunk.subarray(offset, offset + 512));
			return 512;
		}
		chunk.copy(this.#held, this.#heldBytes, offset, offset + taken);
		this.#heldBytes += taken;
		if (this.#heldBytes === 512) {
			this.#heldBytes = 0;
			this.#openBlock(this.#held);
		}
		return taken;
	}
	#openBlock(bytes) {
		if (this.#extended !== void 0) {
			if (bytes[504] !== 0) return;
			const { header, fragment } = this.#extended;
			this.#extended = void 0;
			this.#open(header, fragment);
			return;
		}
		if (bytes[0] === 0 && isZero(bytes)) {
			this.#zeroBlocks += 1;
			return;
		}
		if (this.#zeroBlocks > 0) throw this.#error("goes on behind its end");
		this.#headers += 1;
		if (this.#headers > this.#caps.maxEntries * maxRecordsPerEntry) throw this.#tooMany();
		const header = this.#checked(() => parseHeader(bytes, this.#records));
		const fragment = firstFragment(header, bytes, this.#records);
		if (header.flag === "S" && bytes[482] !== 0) this.#extended = {
			header,
			fragment
		};
		else this.#open(header, fragment);
	}
	#open(header, fragment) {
		const record = isRecord(header.flag);
		if (record && header.size > maxRecord) throw this.#error(`has a record of ${header.size} bytes`);
		const wanted = record || isPaxSparse(header, this.#records) ? maxRecord : 256;
		this.#member = {
			header,
			fragment,
			kept: Buffer.allocUnsafe(Math.min(wanted, header.size)),
			filled: 0,
			left: header.size
		};
		if (header.size === 0) this.#close(this.#member);
	}
	#readBody(member, chunk, offset) {
		const taken = Math.min(member.left, chunk.length - offset);
		if (member.filled < member.kept.length) member.filled += chunk.copy(member.kept, member.filled, offset, offset + taken);
		member.left -= taken;
		if (member.left === 0) this.#close(member);
		return taken;
	}
	#close(member) {
		const { header, kept } = member;
		this.#member = void 0;
		this.#padding = (512 - header.size % 512) % 512;
		if (header.flag === "x") this.#records = {
			...this.#records,
			pax: this.#checked(() => parsePax(kept))
		};
		else if (header.flag === "L") this.#records = {
			...this.#records,
			longName: text(kept, 0, kept.length)
		};
		else if (header.flag === "K") this.#records = {
			...this.#records,
			longTarget: text(kept, 0, kept.length)
		};
		else if (header.flag !== "g") {
			this.#entries += 1;
			if (this.#entries > this.#caps.maxEntries) throw this.#tooMany();
			const head = this.#headOf(member);
			this.#records = noRecords;
			const type = types[header.flag] ?? "other";
			this.#emit({
				path: header.name,
				target: header.target,
				type,
				head
			}, header.owner);
		}
	}
	/** The first bytes of the file as it will be, which a sparse one keeps elsewhere. */
	#headOf({ header, kept, fragment }) {
		const map = isPaxSparse(header, this.#records) ? this.#checked(() => parseSparseMap(kept)) : void 0;
		const { start = 0, length = Infinity } = map?.first ?? fragment ?? {};
		if (start > 0) return nothing;
		const from = map?.bytes ?? 0;
		return kept.subarray(from, from + Math.min(256, length));
	}
	/** Writers fill up their last record with zeros; anything else would be seen by one reader and not by the next. */
	#readTrailer(chunk, offset) {
		for (let at = offset; at < chunk.length; at += zeros.length) if (!isZero(chunk.subarray(at, at + zeros.length))) throw this.#error("goes on behind its end");
	}
	#checked(parse) {
		try {
			return parse();
		} catch (error) {
			throw this.#error(error instanceof Error ? error.message : String(error));
		}
	}
	#tooMany() {
		return this.#error(`holds more than ${this.#caps.maxEntries} members`);
	}
	#error(problem) {
		return new CodedError("E_LAYER", `${this.#what} ${problem}`, { hint: "build and push that image again" });
	}
};
function isZero(bytes) {
	return bytes.equals(zeros.subarray(0, bytes.length));
}

// src/verify/content/read-layer.ts
const defaultCaps = {
	maxEntries: 1e6,
	maxRatio: 200,
	ratioFloor: 67108864
};
/** Of the packed changes of one layer, in bytes: a million names of 25 letters each. */
const maxChangeBytes = 33554432;
/** Inflated bytes that may still be read by all readers together. */
var ReadBudget = class {
	/** What it was at the start. */
	bytes;
	#left;
	/** @param bytes Infinity for no bound */
	constructor(bytes) {
		this.bytes = bytes;
		this.#left = bytes;
	}
	get spent() {
		return this.#left <= 0;
	}
	/** @returns false where there are not so many left, and none from then on */
	take(bytes) {
		const isEnough = bytes <= this.#left;
		this.#left = isEnough ? this.#left - bytes : 0;
		return isEnough;
	}
};
const oci = /^application\/vnd\.oci\.image\.layer\.(nondistributable\.)?v1\.tar(?:\+(gzip|zstd))?$/;
const docker = /^application\/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.tar(?:\.(gzip|zstd))?$/;
/** What a layer's media type says of it; undefined for kinds that can't be read, such as encrypted ones. */
function layerKind(mediaType) {
	const match = oci.exec(mediaType) ?? docker.exec(mediaType);
	if (match === null) return void 0;
	const packing = match[2] ?? "none";
	return {
		packing,
		foreign: match[1] !== void 0,
		exact: packing === "none" && mediaType.startsWith("application/vnd.oci.")
	};
}
/** Thrown to stop a read whose budget is spent; never leaves this file. */
var BudgetSpent = class extends Error {};
/**
* Reads a layer as a stream: inflated, its diffID checked, its tar walked. Nothing is unpacked.
* How it is packed is told from its bytes, as runtimes do; a media type that says another thing is told.
* @param blob the compressed bytes; who gives them checks their digest and size
* @throws E_LAYER for bytes that are no layer, over a cap, or not what the config's diffID says
*/
async function readLayer(descriptor, diffId, blob, budget, caps = defaultCaps) {
	const name = `layer ${descriptor.digest}`;
	const kind = layerKind(descriptor.mediaType);
	if (kind === void 0) return { unread: `${name} is ${quote(descriptor.mediaType)}` };
	if (kind.foreign && (descriptor.urls?.length ?? 0) > 0) return { unread: `${name} is kept outside the registry` };
	if (budget.spent) return overBudget(name, budget, 0);
	const { layer, packing } = await readLayerBytes({
		name,
		size: descriptor.size,
		diffId
	}, blob(), budget, caps);
	return "unread" in layer ? layer : {
		...layer,
		...warningOf(name, kind, packing)
	};
}
/**
* {@link readLayer}, for bytes that come without a descriptor.
* @returns with how they are packed; undefined where there are none
*/
async function readLayerBytes(claim, blob, budget, caps = defaultCaps) {
	const { name } = claim;
	const reading = new LayerReading(claim, budget, caps);
	const source = blob[Symbol.asyncIterator]();
	let packing;
	try {
		const start = await startOf(source);
		packing = start.length === 0 ? void 0 : packingOf(start);
		await inflate(packing ?? "none", withStart(start, source), (bytes) => {
			reading.take(bytes);
		});
		return {
			layer: reading.finish(),
			packing
		};
	} catch (error) {
		if (error instanceof BudgetSpent) return {
			layer: overBudget(name, budget, reading.inflated),
			packing
		};
		if (error instanceof CannotInflate) return {
			layer: { unread: `${name} ${error.message}` },
			packing
		};
		if (!(error instanceof InflateError)) throw error;
		throw new CodedError("E_LAYER", `${name} can't be inflated: ${error.message}`, {
			hint: "it is damaged; build and push that image again",
			cause: error
		});
	} finally {
		await source.return?.();
	}
}
function overBudget(layer, { bytes: budget }, read) {
	return {
		unread: `${layer}: the budget for reading is spent`,
		overBudget: {
			layer,
			read,
			budget
		}
	};
}
/** One layer's inflated bytes, as they come. */
var LayerReading = class {
	#whiteouts = new ChangeList();
	#changes = new ChangeList();
	#claim;
	#budget;
	#caps;
	#digest;
	#walker;
	#inflated = 0;
	constructor(claim, budget, caps) {
		const { name, diffId } = claim;
		this.#claim = claim;
		this.#budget = budget;
		this.#caps = caps;
		this.#digest = new DigestStream(diffId === void 0 ? "sha256" : digestAlgorithm(diffId));
		this.#walker = new TarWalker(name, caps, (entry) => {
			const found = changeOf$1(entry);
			if (found === void 0) return;
			const [parts, change] = found;
			(change.kind === "removed" || change.kind === "emptied" ? this.#whiteouts : this.#changes).add(parts, change);
			if (this.#whiteouts.bytes + this.#changes.bytes > maxChangeBytes) throw this.#tooMuch(`has more than ${maxChangeBytes} bytes of names`);
		});
	}
	take(bytes) {
		if (!this.#budget.take(bytes.length)) throw new BudgetSpent();
		this.#inflated += bytes.length;
		const { maxRatio, ratioFloor } = this.#caps;
		const { size } = this.#claim;
		if (this.#inflated > ratioFloor && this.#inflated > size * maxRatio) throw this.#tooMuch(`of ${size} bytes inflates to more than ${maxRatio} times that`);
		this.#digest.update(bytes);
		this.#walker.write(bytes);
	}
	/** Bytes that were read. */
	get inflated() {
		return this.#inflated;
	}
	finish() {
		this.#walker.end();
		const { name, diffId } = this.#claim;
		const found = this.#digest.digest();
		if (diffId !== void 0 && found !== diffId) throw otherDiffId(name, found, diffId);
		return {
			diffId: found,
			whiteouts: this.#whiteouts,
			changes: this.#changes
		};
	}
	#tooMuch(problem) {
		return new CodedError("E_LAYER", `${this.#claim.name} ${problem}`, { hint: "that is how decompression bombs look; see what is in the image" });
	}
};
/** The error about a layer that is not the one that its image's config names. */
function otherDiffId(name, found, said) {
	return new CodedError("E_LAYER", `${name} inflates to ${found}, the config says ${said}`, { hint: "runtimes refuse such an image; build and push it again" });
}
/** A stream's first bytes: enough to tell how it is packed, where there are as many. */
async function startOf(source) {
	let start = /* @__PURE__ */ new Uint8Array(0);
	while (start.length < 6) {
		const next = await source.next();
		if (next.done === true) break;
		start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
	}
	return start;
}
async function* withStart(start, rest) {
	yield start;
	yield* { [Symbol.asyncIterator]: () => rest };
}
function warningOf(name, { packing: said, exact }, packing) {
	if (said === packing || packing === void 0) return {};
	const words = {
		none: "a plain tar archive",
		gzip: "gzip",
		zstd: "zstd",
		xz: "xz",
		bzip2: "bzip2"
	};
	const who = exact ? "containerd refuses it" : "some runtimes may refuse it";
	return { warning: `${name} is ${words[packing]}, its media type says ${words[said]}: ${who}` };
}

export { readLayerBytes as a, packingOf as c, hasElfPrograms as d, readLayer as i, changeOf$1 as l, defaultCaps as n, TarWalker as o, otherDiffId as r, inflate as s, ReadBudget as t, pathParts as u };