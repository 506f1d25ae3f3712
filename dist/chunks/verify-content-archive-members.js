// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { i as parseHeader, n as isRecord, o as parsePax, r as noRecords, s as text } from "./verify-content-tar-header.js";

// src/verify/content/archive-members.ts
/** An image has 127 layers at most, and each makes four members; a layout may hold some images more. */
const maxMembers = 2e4;
/** Of a pax or GNU record, in bytes. */
const maxRecord = 1048576;
const types = {
	"0": "file",
	"1": "hardlink",
	"2": "symlink"
};
/**
* The members of a tar stream, in one pass: what `docker save` and its like write, so no sparse files. Holds one chunk and one record.
* @param what for messages
* @throws E_MANIFEST for what is no tar or over a cap, and what the source throws
*/
async function* archiveMembers(source, what) {
	const bytes = new Bytes(source, what);
	let records = noRecords;
	try {
		for (let headers = 0;; headers += 1) {
			const header = await bytes.take(512);
			if (header === void 0 || header.every((byte) => byte === 0)) break;
			if (headers > maxMembers) throw archiveError(what, `holds more than ${maxMembers} members`);
			const { name: path, target, size, flag } = checked(what, () => parseHeader(header, records));
			const padding = (512 - size % 512) % 512;
			if (isRecord(flag)) {
				if (size > maxRecord) throw archiveError(what, `has a record of ${size} bytes`);
				const body = await bytes.take(size) ?? Buffer.alloc(0);
				records = checked(what, () => withRecord(records, flag, body));
			} else {
				records = noRecords;
				const member = bytes.stream(size);
				yield {
					path,
					target,
					size,
					type: types[flag] ?? "other",
					body: member.body
				};
				await member.skip();
			}
			await bytes.stream(padding).skip();
		}
		await bytes.stream(Infinity).skip();
	} finally {
		await bytes.close();
	}
}
function withRecord(records, flag, body) {
	switch (flag) {
		case "x": return {
			...records,
			pax: parsePax(body)
		};
		case "L": return {
			...records,
			longName: text(body, 0, body.length)
		};
		case "K": return {
			...records,
			longTarget: text(body, 0, body.length)
		};
		default: return records;
	}
}
function checked(what, parse) {
	try {
		return parse();
	} catch (error) {
		throw archiveError(what, error instanceof Error ? error.message : String(error));
	}
}
/** The error about an archive as a whole. */
function archiveError(what, problem) {
	return new CodedError("E_MANIFEST", `${what} ${problem}`, { hint: "save that image again" });
}
/** A stream read by count. */
var Bytes = class {
	#source;
	#what;
	#chunk = /* @__PURE__ */ new Uint8Array(0);
	constructor(source, what) {
		this.#source = source[Symbol.asyncIterator]();
		this.#what = what;
	}
	/** So many bytes; undefined at the end of the stream. */
	async take(count) {
		const parts = [];
		for (let left = count; left > 0;) {
			const part = await this.#next(left);
			if (part === void 0) {
				if (parts.length === 0) return void 0;
				throw this.#cut();
			}
			parts.push(part);
			left -= part.length;
		}
		return Buffer.concat(parts);
	}
	/** The next so many bytes, to be read or skipped. */
	stream(count) {
		let left = count;
		const next = async () => {
			if (left === 0) return void 0;
			const part = await this.#next(left);
			if (part === void 0 && left !== Infinity) throw this.#cut();
			left -= part?.length ?? left;
			return part;
		};
		return {
			body: { async *[Symbol.asyncIterator]() {
				for (let part = await next(); part !== void 0; part = await next()) yield part;
			} },
			skip: async () => {
				while (await next() !== void 0);
			}
		};
	}
	async close() {
		await this.#source.return?.();
	}
	async #next(max) {
		while (this.#chunk.length === 0) {
			const next = await this.#source.next();
			if (next.done === true) return void 0;
			this.#chunk = next.value;
		}
		const part = this.#chunk.subarray(0, max);
		this.#chunk = this.#chunk.subarray(part.length);
		return part;
	}
	#cut() {
		return archiveError(this.#what, "stops in the middle of a member");
	}
};

export { archiveMembers as n, archiveError as t };