// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";

// src/registry/errors.ts
/** What a registry, or the way to it, said in the end. */
var RegistryError = class RegistryError extends CodedError {
	/** Of the last answer; undefined where none came. */
	status;
	registryErrors;
	retry;
	/** What the registry asked us to wait, clamped. */
	retryAfterMs;
	/** True where the request may have been carried out although we were not told so. */
	answerLost;
	/** In a few words, for the line that tells of a retry. */
	reason;
	constructor(code, message, details) {
		super(code, message, {
			hint: details.hint,
			...details.cause !== void 0 && { cause: details.cause }
		});
		this.status = details.status;
		this.registryErrors = details.registryErrors ?? [];
		this.retry = details.retry ?? "never";
		this.retryAfterMs = details.retryAfterMs;
		this.answerLost = details.answerLost ?? false;
		this.reason = details.reason ?? message;
	}
	/** The same failure with another answer to whether it is worth trying again, and perhaps more to say. */
	as(retry, note = "") {
		return this.with({
			retry,
			...note !== "" && { message: `${this.message} (${note})` }
		});
	}
	/** The same failure, told differently. */
	with(changes) {
		const { code, message, hint, cause, status, registryErrors, retry, retryAfterMs, answerLost, reason } = this;
		const details = {
			hint,
			cause,
			status,
			registryErrors,
			retry,
			retryAfterMs,
			answerLost,
			reason
		};
		return new RegistryError(changes.code ?? code, changes.message ?? message, {
			...details,
			...changes
		});
	}
	/** Does one of the registry's own error codes say `code`? */
	says(...codes) {
		return this.registryErrors.some((entry) => codes.includes(entry.code.toUpperCase()));
	}
};
/** Distribution says 400 MANIFEST_BLOB_UNKNOWN of a child that it does not find, others 404. */
function missesChild(error) {
	return error instanceof RegistryError && (error.status === 400 || error.status === 404) && error.says("MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN");
}
/** A success with a web page in it, which is never what was asked for. */
function webPageError(what, host, status) {
	return new RegistryError("E_REGISTRY", `${what}: ${host} is not a registry: it answers with text/html`, {
		hint: "check its name; a login page of the network, or a proxy, may stand in between",
		status
	});
}

export { missesChild as n, webPageError as r, RegistryError as t };