// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/verify/content/tar-header.ts
const noRecords = { pax: /* @__PURE__ */ new Map() };
const block = 512;
/** Members of these kinds have nothing behind their header, whatever size it says: links, devices, folders, FIFOs. */
const bodiless = "123456";
const recordFlags = "xgLK";
/** Whether a member is no file, and says something of the next one or of all that follow: a pax record, a long name. */
function isRecord(flag) {
	return recordFlags.includes(flag);
}
/** The header in these 512 bytes. @throws Error that says what is wrong, in words that go behind the archive's name. */
function parseHeader(bytes, records) {
	if (!hasRightSum(bytes)) throw new Error("is no tar archive");
	const flag = bytes.toString("latin1", 156, 157);
	const { pax, longName, longTarget } = isRecord(flag) ? noRecords : records;
	const size = paxSize(pax) ?? parseNumber(bytes, 124, 12);
	if (!Number.isSafeInteger(size) || size < 0) throw new Error("has a member of a size that makes no sense");
	const name = longName ?? paxText(pax, "GNU.sparse.name") ?? paxText(pax, "path") ?? nameOf(bytes);
	return {
		name,
		target: longTarget ?? paxText(pax, "linkpath") ?? text(bytes, 157, 100),
		size: bodiless.includes(flag) ? 0 : size,
		flag: flag === "\0" ? name.endsWith("/") ? "5" : "0" : flag,
		owner: {
			mode: (parseNumber(bytes, 100, 8) || 0) & 4095,
			uid: paxId(pax, "uid") ?? (parseNumber(bytes, 108, 8) || 0),
			gid: paxId(pax, "gid") ?? (parseNumber(bytes, 116, 8) || 0)
		}
	};
}
function paxId(pax, key) {
	const value = pax.get(key);
	return value !== void 0 && /^\d{1,10}$/.test(value) ? Number(value) : void 0;
}
function nameOf(bytes) {
	const name = text(bytes, 0, 100);
	if (bytes.toString("latin1", 257, 263) !== "ustar\0") return name;
	const prefix = text(bytes, 345, bytes.toString("latin1", 508, 512) === "tar\0" ? 131 : 155);
	return prefix === "" ? name : `${prefix}/${name}`;
}
/** An empty value takes the header's word back. */
function paxText(pax, key) {
	const value = pax.get(key);
	return value === "" ? void 0 : value;
}
function paxSize(pax) {
	const value = paxText(pax, "size");
	return value === void 0 ? void 0 : /^\d{1,16}$/.test(value) ? Number(value) : NaN;
}
/** `length key=value\n`, repeated. @throws Error as {@link parseHeader} does. */
function parsePax(bytes) {
	const found = /* @__PURE__ */ new Map();
	for (let at = 0; at < bytes.length;) {
		const space = bytes.indexOf(32, at);
		const digits = space < 0 ? "" : bytes.toString("latin1", at, Math.min(space, at + 20));
		const end = at + Number(digits);
		if (!/^\d+$/.test(digits) || end <= space + 1 || end > bytes.length || bytes[end - 1] !== 10) throw new Error("has a pax record that makes no sense");
		const equals = bytes.indexOf(61, space);
		if (equals < 0 || equals >= end) throw new Error("has a pax record that makes no sense");
		const key = bytes.toString("utf8", space + 1, equals);
		if (!key.startsWith("GNU.sparse.") || !found.has(key)) found.set(key, bytes.toString("utf8", equals + 1, end - 1));
		at = end;
	}
	return found;
}
/** A field's text up to its first NUL. */
function text(bytes, start, length) {
	const end = bytes.indexOf(0, start);
	return bytes.toString("utf8", start, end < 0 || end > start + length ? start + length : end);
}
/** Octal digits between blanks and NULs, or base 256 where the first bit is set (GNU, for large numbers). NaN for anything else. */
function parseNumber(bytes, start, length) {
	const first = bytes[start] ?? 0;
	if ((first & 128) !== 0) {
		if (first === 255) return -1;
		let sum = first & 127;
		for (let at = start + 1; at < start + length; at += 1) sum = sum * 256 + (bytes[at] ?? 0);
		return sum;
	}
	const digits = bytes.toString("latin1", start, start + length).replace(/^[ \0]+|[ \0].*$/gs, "");
	return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
}
/** The header's sum over its own bytes, with the sum's field as blanks; some old writers summed signed bytes. */
function hasRightSum(bytes) {
	const said = parseNumber(bytes, 148, 8);
	let sum = 256;
	let high = 0;
	for (let index = 0; index < 512; index += 1) {
		if (index === 148) index = 156;
		const value = bytes[index] ?? 0;
		sum += value;
		high += value >> 7;
	}
	return said === sum || said === sum - 256 * high;
}
/** Whether these 512 bytes start a tar archive, the empty one included. */
function isHeader(bytes) {
	return hasRightSum(bytes) || bytes.every((byte) => byte === 0);
}

export { parseNumber as a, parseHeader as i, isRecord as n, parsePax as o, noRecords as r, text as s, isHeader as t };