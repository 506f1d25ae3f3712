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
		return new RegistryError(this.code, note === "" ? this.message : `${this.message} (${note})`, {
			hint: this.hint,
			...this.status !== void 0 && { status: this.status },
			...this.retryAfterMs !== void 0 && { retryAfterMs: this.retryAfterMs },
			...this.cause !== void 0 && { cause: this.cause },
			registryErrors: this.registryErrors,
			retry,
			answerLost: this.answerLost,
			reason: this.reason
		});
	}
	/** Does one of the registry's own error codes say `code`? */
	says(...codes) {
		return this.registryErrors.some((entry) => codes.includes(entry.code.toUpperCase()));
	}
};

export { RegistryError as t };