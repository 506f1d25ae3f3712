// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { r as maxManifestBytes } from "./oci-manifest.js";
import { n as parseFields, r as withoutUndefined } from "./oci-schema.js";

// src/oci/config.ts
const configKeys = [
	"architecture",
	"os",
	"os.version",
	"os.features",
	"variant",
	"created",
	"config",
	"rootfs"
];
const runKeys = [
	"User",
	"ExposedPorts",
	"Env",
	"Entrypoint",
	"Cmd",
	"WorkingDir",
	"Labels",
	"Healthcheck",
	"Shell",
	"OnBuild"
];
const platformWord = {
	pattern: /^[!-~]+$/,
	is: "a word of visible ASCII",
	maxLength: 128
};
/**
* The image configuration in these bytes. A `null`, and an empty string where one says nothing, are the same as no key.
* @param what names the config in errors: `config of quay.io/acme/app@sha256:...`.
* @throws E_MANIFEST where it is malformed, over 4 MiB, or doesn't say for which platform it is.
*/
function parseImageConfig(bytes, what) {
	if (bytes.byteLength > 4194304) throw new CodedError("E_MANIFEST", `${what} has ${bytes.byteLength} bytes`, { hint: `${maxManifestBytes} at most` });
	const root = parseFields(bytes, what);
	root.refuseLookalikes(configKeys);
	return withoutUndefined({
		os: requiredWord(root.get("os")),
		architecture: requiredWord(root.get("architecture")),
		variant: optionalWord(root.get("variant")),
		osVersion: optionalWord(root.get("os.version")),
		osFeatures: root.get("os.features").optional((features) => features.items(64).map((item) => item.string(platformWord))),
		created: optionalText(root.get("created")),
		diffIds: readDiffIds(root.get("rootfs")),
		...readRun(root.get("config"))
	});
}
function requiredWord(field) {
	const hint = "the image does not say for which platform it is; build it again with a current tool";
	if (field.absent || field.value === "") throw field.error("is missing or empty", hint);
	if (field.value === "unknown") throw field.error("is \"unknown\"", "that is an attestation or an artifact, not an image");
	return field.string(platformWord);
}
function optionalWord(field) {
	return field.value === "" ? void 0 : field.optional((word) => word.string(platformWord));
}
function optionalText(field) {
	const text = field.optional((present) => present.string());
	return text === "" ? void 0 : text;
}
function readDiffIds(rootfs) {
	if (rootfs.absent) return [];
	return rootfs.get("diff_ids").optional((ids) => ids.items().map((id) => id.digest())) ?? [];
}
function readRun(field) {
	if (field.absent) return { labels: {} };
	field.refuseLookalikes(runKeys);
	return withoutUndefined({
		entrypoint: field.get("Entrypoint").optional(readCommand),
		cmd: field.get("Cmd").optional(readCommand),
		env: field.get("Env").optional((env) => env.strings()),
		user: optionalText(field.get("User")),
		exposedPorts: field.get("ExposedPorts").optional((ports) => Object.keys(ports.object()).sort()),
		workingDir: optionalText(field.get("WorkingDir")),
		labels: field.get("Labels").optional(readLabels) ?? {},
		healthcheck: field.get("Healthcheck").optional(readHealthcheck),
		shell: field.get("Shell").optional((shell) => shell.strings()),
		onBuild: field.get("OnBuild").optional((steps) => steps.strings().length > 0 ? true : void 0)
	});
}
/** An array, or one string, as Docker's decoder reads it. */
function readCommand(field) {
	return typeof field.value === "string" ? [field.value] : field.strings();
}
function readLabels(field) {
	return field.stringMap();
}
function readHealthcheck(field) {
	return withoutUndefined({
		test: field.get("Test").optional(readCommand) ?? [],
		intervalNanoseconds: field.get("Interval").optional((interval) => interval.integer()),
		timeoutNanoseconds: field.get("Timeout").optional((timeout) => timeout.integer()),
		startPeriodNanoseconds: field.get("StartPeriod").optional((period) => period.integer()),
		retries: field.get("Retries").optional((retries) => retries.integer())
	});
}

export { parseImageConfig as t };