// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { n as imageMediaTypes, r as indexMediaTypes, t as configMediaTypes } from "./oci-media-types.js";
import { a as parseTag, i as parseRepository } from "./oci-reference.js";
import { n as parseFields, r as withoutUndefined, t as Field } from "./oci-schema.js";
import { n as formatPlatform, t as parsePlatform } from "./platform-platform.js";

// src/handover/record.ts
/** A record is small on purpose: it names an image, it does not carry it. In bytes. */
const maxRecordBytes = 16384;
/** So many fit beside all else. */
const maxBases = 12;
/** The record as JSON, in the field order of the contract. */
function recordToJson(record) {
	const { image, tag, platform, digest, mediaType, size, pushed, mode, engine, runner, run, content, bases, seconds } = record;
	return withoutUndefined({
		schema: 1,
		image: image.name,
		...tag !== void 0 && { tag },
		platform: formatPlatform(platform),
		digest,
		mediaType,
		size,
		pushed,
		...mode !== void 0 && { mode },
		...engine !== void 0 && { engine },
		...runner !== void 0 && { runner: withoutUndefined({ ...runner }) },
		...run !== void 0 && { run: withoutUndefined({ ...run }) },
		...content !== void 0 && { content: withoutUndefined({ ...content }) },
		...bases !== void 0 && { bases: bases.slice(0, maxBases).map(({ reference, digest: base }) => ({
			reference,
			digest: base
		})) },
		...seconds !== void 0 && { seconds }
	});
}
/**
* Reads a record. Unknown fields are ignored; what is known has to be of its type.
* @param where for the error: `record file "./digests/a.json"`
* @throws E_RECORD naming the field
*/
function parseRecord(bytes, where) {
	if (bytes.length > 16384) throw new CodedError("E_RECORD", `${where} is larger than ${maxRecordBytes} bytes`, { hint: "hand over the record that the build command printed, and nothing else" });
	return readRecord(parseFields(bytes, where, { code: "E_RECORD" }));
}
/** {@link parseRecord}, for a value that was parsed already. */
function recordOfJson(json, where) {
	return readRecord(new Field(json, where, "E_RECORD"));
}
function readRecord(record) {
	const schema = record.get("schema");
	if (schema.value !== 1) throw schema.error(`is ${JSON.stringify(schema.value ?? null)}, this version reads 1`, "use the same version of native-multiarch in the legs and in the fan-in");
	const pushed = record.get("pushed").optional((field) => field.boolean()) ?? true;
	return withoutUndefined({
		image: parsed(record.get("image"), parseRepository),
		tag: record.get("tag").optional((field) => parsed(field, parseTag)),
		platform: parsed(record.get("platform"), parsePlatform),
		digest: record.get("digest").digest(),
		mediaType: record.get("mediaType").oneOf([
			...imageMediaTypes,
			...indexMediaTypes,
			...pushed ? [] : configMediaTypes
		]),
		size: record.get("size").integer({ min: pushed ? 1 : 0 }),
		pushed,
		mode: record.get("mode").optional(shortText),
		engine: record.get("engine").optional(shortText),
		runner: record.get("runner").optional((runner) => withoutUndefined({ arch: runner.get("arch").optional(shortText) })),
		run: record.get("run").optional(readRun),
		content: record.get("content").optional(readContent),
		bases: record.get("bases").optional((bases) => bases.items(maxBases).map(readBase)),
		seconds: record.get("seconds").optional(readSeconds)
	});
}
function readRun(run) {
	return withoutUndefined({
		id: run.get("id").optional(shortText),
		attempt: run.get("attempt").optional((field) => field.integer({ min: 1 })),
		sha: run.get("sha").optional(shortText),
		repository: run.get("repository").optional(shortText),
		job: run.get("job").optional(shortText)
	});
}
function readSeconds(seconds) {
	return Object.fromEntries(Object.entries(seconds.object()).filter((entry) => typeof entry[1] === "number"));
}
function readBase(base) {
	return {
		reference: base.get("reference").string({ maxLength: 600 }),
		digest: base.get("digest").digest()
	};
}
function readContent(content) {
	const machines = content.get("machines");
	const names = Object.keys(machines.object());
	return withoutUndefined({
		entrypoint: content.get("entrypoint").optional(shortText),
		machines: Object.fromEntries(names.map((machine) => [machine, machines.get(machine).integer()]))
	});
}
function shortText(field) {
	return field.string({ maxLength: 200 });
}
/** What another grammar makes of a field; its complaint is told as the record's. */
function parsed(field, parse) {
	const text = field.string({ maxLength: 1024 });
	try {
		return parse(text);
	} catch (error) {
		if (error instanceof CodedError) throw field.error(`can't be read: ${error.message}`, error.hint);
		throw error;
	}
}

export { recordToJson as i, parseRecord as n, recordOfJson as r, maxRecordBytes as t };