// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/errors.ts
/**
* A failure with a code that people can look up, a message with the value that was met, and a hint with the cure.
* `message` and `hint` are single sentences without a full stop; {@link errorLine} joins them.
*/
var CodedError = class extends Error {
	name = "CodedError";
	code;
	hint;
	usage;
	place;
	constructor(code, message, details = {}) {
		super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
		this.code = code;
		this.hint = details.hint;
		this.usage = details.usage ?? false;
		this.place = details.place;
	}
};
/** What a machine that has no more of something, or does not give it, says of a file, whoever asked. */
const exhausted = {
	ENOSPC: "the disk is full: free some space, or let RUNNER_TEMP, or else TMPDIR, name a folder on another",
	EDQUOT: "the quota of the disk is used up: free some space, or let RUNNER_TEMP, or else TMPDIR, name another",
	EROFS: "the disk is read-only: let RUNNER_TEMP, or else TMPDIR, name a folder that can be written",
	EACCES: "let this user read it, or write there: see the owner and the mode of that file and of the folders above",
	EIO: "the disk is failing: look at the log of the kernel",
	EMFILE: "too many files are open: raise \"ulimit -n\" of this user",
	ENFILE: "too many files are open on this machine: raise fs.file-max"
};
/** What was thrown, as an error with a code; anything that we did not throw on purpose, and the machine neither, is our own bug. */
function toCodedError(thrown) {
	if (thrown instanceof CodedError) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	const errno = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
	const cure = Object.hasOwn(exhausted, errno) ? exhausted[errno] : void 0;
	if (cure !== void 0) return new CodedError("E_INPUT", show(message, 500), {
		hint: cure,
		cause: thrown
	});
	return new CodedError("E_INTERNAL", show(message, 500), {
		hint: "this is a bug in native-multiarch; please report it with the log: https://github.com/native-multiarch/native-multiarch/issues",
		cause: thrown
	});
}
/** The one line of the contract: `E_CODE: what went wrong, with the value; what to do about it`. */
function errorLine(error) {
	return `${error.code}: ${error.message}${error.hint === void 0 ? "" : `; ${error.hint}`}`;
}
/**
* All of several failures at once, under the code of the first (the contract wants them told together).
* One failure stays as it is. @throws when the list is empty, which would be a caller's bug.
*/
function joinErrors(errors) {
	const [first, ...rest] = errors;
	if (first === void 0) throw new TypeError("joinErrors needs at least one error");
	if (rest.length === 0) return first;
	const told = rest.map((e) => e.code === first.code ? e.message : `${e.code}: ${e.message}`);
	const messages = [.../* @__PURE__ */ new Set([first.message, ...told])];
	const hints = [...new Set(errors.flatMap((e) => e.hint === void 0 ? [] : [e.hint]))];
	return new CodedError(first.code, messages.join(". "), {
		...hints.length > 0 && { hint: hints.join("; ") },
		cause: first.cause,
		...first.place !== void 0 && { place: first.place },
		usage: errors.every((e) => e.usage)
	});
}
/**
* The results of work that goes on in parallel; when some of it fails, all failures together ({@link joinErrors}) once
* everything has ended.
*/
async function settleAll(work) {
	const settled = await Promise.allSettled(work);
	const failures = settled.flatMap((result) => result.status === "rejected" ? [toCodedError(result.reason)] : []);
	if (failures.length > 0) throw joinErrors(failures);
	return settled.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/**
* A value from outside, made fit for one line of a log: control, format and bidirectional characters are shown as
* `\u{..}`, and what is longer than `max` characters is cut with an ellipsis. Not quoted; see {@link quote}.
*/
function show(value, max = 120) {
	return (value.length > max ? `${value.slice(0, max)}…` : value).replace(unprintable, (c) => c === "\n" ? "\\n" : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}
/** {@link show}, between double quotes: for values whose ends matter. */
function quote(value, max = 120) {
	return `"${show(value, max)}"`;
}

export { settleAll as a, quote as i, errorLine as n, show as o, joinErrors as r, toCodedError as s, CodedError as t };