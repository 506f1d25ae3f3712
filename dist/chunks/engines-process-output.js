// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as show } from "./errors.js";

// src/engines/process/output.ts
const escapes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
/** One line of an engine's output for the log: without colours, cleaned, and never taken for a command by the runner. */
function logLine(line) {
	return `| ${show(line.replace(escapes, ""), 2e3)}`.replaceAll("##[", "## [");
}
const unconsumed = /^\[Warning\] one or more build args were not consumed: \[([A-Z ]+)\]$/;
const automatic = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/;
/** What an engine says of arguments that it gave itself: nothing that anybody could mend. */
function isNoise(line) {
	return (unconsumed.exec(line.trim())?.[1])?.split(" ").every((name) => automatic.test(name)) === true;
}
/** What newer docker commands say before anything else when they use the classic builder. */
const advice = /^DEPRECATED: The legacy builder is deprecated|^ +(?:BuildKit is currently disabled|environment-variable\.|Install the buildx component|https:\/\/docs\.docker\.com\/go\/buildx)/;
/** What BuildKit's plain progress says of steps that went well. */
const progress = /^#\d+ (?:sha256:[0-9a-f]{64}|transferring .*|DONE [\d.]+s|CACHED)$/;
/** The lines of an output that say something, without colours. */
function tellingLines(output) {
	return output.replace(escapes, "").split(/\r?\n|\r/).map((line) => line.trimEnd()).filter((line) => line.trim() !== "" && !/^-+$/.test(line) && !advice.test(line) && !progress.test(line));
}
/** The last lines of an output in one, for an error: `first | second | third`. */
function lastLines(output, count = 4, max = 600) {
	const text = tellingLines(output).slice(-count).map((line) => line.trim()).join(" | ");
	return show(text.length > max ? `…${text.slice(-max)}` : text, max + 1);
}

export { tellingLines as i, lastLines as n, logLine as r, isNoise as t };