// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { a as operatingSystems, i as architectures, n as architectureNames, o as osName, s as osNames, t as architectureName } from "./platform-architectures.js";
import { t as nearest } from "./platform-nearest.js";

// src/platform/variants.ts
const rules = /* @__PURE__ */ new Map([
	["amd64", {
		baseline: /^v?1$/,
		spelling: /^v?([2-4])$/,
		known: /^v[2-4]$/,
		examples: "v2, v3, v4"
	}],
	["arm64", {
		baseline: /^v?8(?:\.0)?$/,
		spelling: /^v?(9|[89]\.[1-9]|(?=9\.0$)9)(?:\.0)?$/,
		known: /^v(?:8\.[1-9]|9(?:\.[1-9])?)$/,
		examples: "v8, v8.2, v9"
	}],
	["arm", {
		defaultVariant: "v7",
		spelling: /^v?([5-8])$/,
		known: /^v[5-8]$/,
		examples: "v5, v6, v7, v8"
	}],
	["ppc64le", {
		known: /^power(?:[89]|1\d)$/,
		examples: "power8, power9, power10"
	}],
	["riscv64", {
		known: /^rv[abim]\d\d[us]64$/,
		examples: "rva20u64, rva22u64, rva23u64"
	}]
]);
/** The canonical variant of an architecture: undefined where it is the baseline or isn't said. */
function canonicalVariant(architecture, variant) {
	const rule = rules.get(architecture);
	const lower = variant?.toLowerCase();
	if (lower === void 0 || lower === "") return rule?.defaultVariant;
	if (rule?.baseline?.test(lower) === true) return void 0;
	const level = rule?.spelling?.exec(lower)?.[1];
	return level === void 0 ? lower : `v${level}`;
}
/** The variants to offer instead of a canonical one that this architecture doesn't have; undefined where it is fine. */
function unknownVariant(architecture, variant) {
	const rule = rules.get(architecture);
	return rule === void 0 || rule.known.test(variant) ? void 0 : rule.examples;
}

// src/platform/normalise.ts
const word = /^[A-Za-z0-9_.-]{1,128}$/;
/** Versions and features are the operating system's own words (Windows has `10.0.17763.1`), so anything visible will do. */
const visible = /^[!-~]{1,128}$/;
/**
* The same platform in canonical names. Says nothing of whether such a platform exists: what a config or an index
* claims may be newer than this program.
* @throws E_PLATFORM where os, architecture or variant isn't a word, or a version or feature isn't visible ASCII.
*/
function normalisePlatform(raw) {
	const os = osName(checkWord("os", raw.os));
	const named = architectureName(checkWord("architecture", raw.architecture));
	if (raw.variant !== void 0 && raw.variant !== "") checkWord("variant", raw.variant);
	const variant = canonicalVariant(named.architecture, named.variant ?? raw.variant);
	const osVersion = raw.osVersion === "" ? void 0 : raw.osVersion;
	if (osVersion !== void 0) checkVisible("os.version", osVersion);
	const osFeatures = [...new Set(raw.osFeatures?.filter((feature) => feature !== ""))].map((feature) => checkVisible("os.features", feature)).sort();
	return {
		os,
		architecture: named.architecture,
		...variant !== void 0 && { variant },
		...osVersion !== void 0 && { osVersion },
		...osFeatures.length > 0 && { osFeatures }
	};
}
function checkWord(part, value) {
	if (word.test(value)) return value;
	throw new CodedError("E_PLATFORM", `${part} of a platform is ${quote(value)}`, { hint: "it is one word of letters, digits, \"_\", \".\" and \"-\", such as linux or ppc64le" });
}
function checkVisible(part, value) {
	if (visible.test(value)) return value;
	throw new CodedError("E_PLATFORM", `${part} of a platform is ${quote(value)}`, { hint: "it is visible ASCII, 128 characters at most" });
}
/**
* `os[(version+feature...)]/architecture[/variant]`, as containerd writes it, with what isn't a letter, digit, `_`, `.` or
* `-` percent-encoded in the brackets; `parsePlatform` reads it back.
*/
function formatPlatform(platform) {
	const details = [platform.osVersion ?? "", ...platform.osFeatures ?? []].map(encodeDetail).join("+");
	const variant = platform.variant === void 0 ? "" : `/${platform.variant}`;
	return `${platform.os}${details === "" ? "" : `(${details})`}/${platform.architecture}${variant}`;
}
function encodeDetail(text) {
	return text.replace(/[^A-Za-z0-9_.-]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}
/** Equal for two platforms exactly when one index can't hold both: os, architecture, variant, os.version, os.features. */
function platformKey(platform) {
	return formatPlatform(normalisePlatform(platform));
}
function samePlatform(a, b) {
	return platformKey(a) === platformKey(b);
}
/** The platform that an index entry claims. @throws E_PLATFORM as {@link normalisePlatform} does. */
function platformOfJson(json) {
	return normalisePlatform({
		os: json.os,
		architecture: json.architecture,
		variant: json.variant,
		osVersion: json["os.version"],
		osFeatures: json["os.features"]
	});
}
/** A platform as an index entry says it. */
function platformToJson(platform) {
	const { os, architecture, variant, osVersion, osFeatures } = platform;
	return {
		architecture,
		os,
		...osVersion !== void 0 && osVersion !== "" && { "os.version": osVersion },
		...osFeatures !== void 0 && osFeatures.length > 0 && { "os.features": osFeatures },
		...variant !== void 0 && variant !== "" && { variant }
	};
}
/** What stands for `{arch}` in `{tag}-{arch}`: the architecture alone, `arm` for every variant of it. */
function platformArch(platform) {
	return platform.architecture;
}
/** A platform as part of a file, job or artifact name: `linux-arm-v7`. Fits a tag, and has no `/`. */
function platformSlug(platform) {
	const { os, osVersion, osFeatures = [], architecture, variant } = platform;
	return [
		os,
		osVersion,
		...osFeatures,
		architecture,
		variant
	].filter((part) => part !== void 0).join("-").replace(/[^A-Za-z0-9_.-]/g, "-");
}

// src/platform/parse.ts
const grammar = /^(?<os>[A-Za-z0-9_-]+)(?:\((?<version>[A-Za-z0-9_.%-]*)(?<features>(?:\+[A-Za-z0-9_.%-]+)*)\))?\/(?<architecture>[A-Za-z0-9_-]+)(?:\/(?<variant>[A-Za-z0-9_.-]+))?$/;
const maxLength = 256;
/** Registered, and all but never what somebody who builds Linux images means. */
const rarelyMeant = /* @__PURE__ */ new Map([["ppc64", {
	is: "big-endian POWER",
	meant: "ppc64le"
}], ["s390", {
	is: "the 31-bit mainframe",
	meant: "s390x"
}]]);
/**
* A platform that a person wrote: `os[(version+feature...)]/architecture[/variant]`, where aliases (`x86_64`, `aarch64`,
* `armhf`, `macos`) are understood. The operating system is never guessed.
* @throws E_PLATFORM with the likeliest full form.
*/
function parsePlatform(text) {
	const parts = text.length <= maxLength ? grammar.exec(text)?.groups : void 0;
	if (parts === void 0) throw notOfTheForm(text);
	const { os = "", version, features = "", architecture = "", variant } = parts;
	checkOs(text, os);
	checkArchitecture(text, os, architecture);
	const platform = normalisePlatform({
		os,
		architecture,
		variant,
		osVersion: version === void 0 ? void 0 : decodeDetail(text, version),
		osFeatures: features.split("+").slice(1).map((feature) => decodeDetail(text, feature))
	});
	checkVariant(text, platform);
	const implied = architectureName(architecture).variant;
	if (implied !== void 0 && variant !== void 0 && canonicalVariant(platform.architecture, variant) !== implied) throw wrong(text, `${architecture} is ${platform.architecture}/${implied}`, `write ${os}/${platform.architecture}/${variant}`);
	return platform;
}
function decodeDetail(text, detail) {
	if (/%(?![0-9A-Fa-f]{2})/.test(detail)) throw wrong(text, "a \"%\" in brackets has to start a code of two hexadecimal digits", "write %25 for the sign itself");
	return detail.replace(/%(..)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}
function wrong(text, why, hint) {
	return new CodedError("E_PLATFORM", `${quote(text)} is not a platform: ${why}`, { hint });
}
function notOfTheForm(text) {
	if (text.trim() === "") return wrong(text, "it is empty", "write os/architecture, such as linux/amd64");
	if (text.length > maxLength) return wrong(text, `it has ${text.length} characters`, "write os/architecture, such as linux/amd64");
	if (operatingSystems.includes(osName(text))) {
		const os = osName(text);
		return wrong(text, "it lacks the architecture", `write ${os}/amd64, ${os}/arm64 or whichever is meant`);
	}
	const full = withLinux(text);
	if (full !== void 0) return wrong(text, "it lacks the operating system", full);
	return wrong(text, "it is not of the form os/architecture[/variant]", `write ${nearest(text.trim().toLowerCase(), architectures.map((architecture) => `linux/${architecture}`)) ?? "linux/amd64"}, for example`);
}
/** The hint for an architecture that stands alone (`x86_64`, `arm64/v8`), or undefined if it isn't one. */
function withLinux(text) {
	const [architecture = "", variant, ...rest] = text.split("/");
	const { architecture: known } = architectureName(architecture);
	if (!architectures.includes(known) || rest.length > 0) return void 0;
	const rare = rarelyMeant.get(known);
	if (rare !== void 0) return `${known} is ${rare.is}; write linux/${rare.meant} if that is meant`;
	try {
		return `write ${formatPlatform(normalisePlatform({
			os: "linux",
			architecture,
			variant
		}))}`;
	} catch {
		return;
	}
}
function checkOs(text, os) {
	if (operatingSystems.includes(osName(os))) return;
	const full = withLinux(text);
	if (full !== void 0) throw wrong(text, "it lacks the operating system", full);
	const near = nearest(os.toLowerCase(), osNames);
	const hint = near === void 0 ? "linux is the usual one" : `did you mean ${text.replace(os, osName(near))}?`;
	throw wrong(text, `there is no operating system ${quote(os)}`, hint);
}
function checkArchitecture(text, os, architecture) {
	const { architecture: known } = architectureName(architecture);
	const rare = rarelyMeant.get(known);
	if (rare !== void 0 && osName(os) === "linux") throw wrong(text, `${known} is ${rare.is}, which nobody builds images for`, `write linux/${rare.meant} if that is meant`);
	if (architectures.includes(known)) return;
	const near = nearest(architecture.toLowerCase(), architectureNames);
	const hint = near === void 0 ? `the usual ones are ${architectures.slice(0, 7).join(", ")}` : `did you mean ${osName(os)}/${architectureName(near).architecture}?`;
	throw wrong(text, `there is no architecture ${quote(architecture)}`, hint);
}
function checkVariant(text, platform) {
	const { os, architecture, variant } = platform;
	if (variant === void 0) return;
	const examples = unknownVariant(architecture, variant);
	if (examples === void 0) return;
	throw wrong(text, `${architecture} has no variant ${quote(variant)}`, `there are ${examples}; ${os}/${architecture} alone will do for most`);
}

export { platformKey as a, platformToJson as c, platformArch as i, samePlatform as l, formatPlatform as n, platformOfJson as o, normalisePlatform as r, platformSlug as s, parsePlatform as t };