// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as info, c as setSecret, l as startGroup, n as endGroup, o as saveState, r as error, s as setOutput, t as debug, u as warning } from "./chunks/core.js";
import { i as quote, n as errorLine, s as toCodedError, t as CodedError } from "./chunks/errors.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./chunks/report-markdown.js";
import { r as scratchIn } from "./chunks/scratch.js";
import { i as commandNames, n as inputTable, t as inputNames } from "./chunks/inputs-table.js";
import { t as nearest } from "./chunks/platform-nearest.js";
import { n as actionLog, r as harmless, t as scratchState } from "./chunks/action-state.js";
import { t as Mask } from "./chunks/log.js";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";

// src/report/failure.ts
/** What a failed command leaves in the step summary: a heading, and a table of one row. */
function failureMarkdown(command, error) {
	const cells = [
		escapeMarkdown(command),
		code(error.code),
		escapeMarkdown(error.message, 2e3),
		error.hint === void 0 ? "-" : escapeMarkdown(error.hint, 2e3)
	];
	return `${`### ${escapeMarkdown(`${command} failed`.trimStart())}`}\n\n${markdownTable([
		"Command",
		"Failed with",
		"What went wrong",
		"What to do about it"
	], [cells])}`;
}
const ellipsis = "\n\n(the rest is in the log)\n";
/** At most `max` bytes of UTF-8, cut at a line's end: GitHub refuses a step summary of more than 1 MiB. */
function truncateSummary(markdown, max = 921600) {
	const bytes = Buffer.from(markdown);
	if (bytes.length <= max) return markdown;
	const cut = bytes.subarray(0, max - Buffer.byteLength(ellipsis)).toString("utf8");
	const end = cut.lastIndexOf("\n");
	return `${end === -1 ? "" : cut.slice(0, end)}${ellipsis}`;
}

// src/action/inputs.ts
/** @throws E_INPUT for the command; the values of inputs are not read yet. */
function readActionInputs(env) {
	const command = readCommand((env["INPUT_COMMAND"] ?? "").trim());
	const raw = /* @__PURE__ */ new Map();
	for (const name of inputNames) {
		const value = env[variableOf(name)];
		if (value !== void 0 && value.trim() !== "") raw.set(name, [value]);
	}
	return {
		command,
		raw
	};
}
/** What a workflow has to say although a person at a shell need not: a matrix value that is missing is empty here. */
function checkWorkflowInputs({ command, raw }) {
	if (raw.has("platforms")) return;
	for (const name of inputNames) {
		if (raw.has(name) || !(inputTable[name].requiredInWorkflow?.includes(command) ?? false)) continue;
		throw new CodedError("E_INPUT", `${name} is empty, and ${command} needs it in a workflow`, { hint: "set it to the platform of this leg, as in ${{ matrix.platform }}; or set platforms, where this job makes several" });
	}
}
/** https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#inputs */
function variableOf(name) {
	return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}
function readCommand(word) {
	const command = commandNames.find((name) => name === word);
	if (command !== void 0) return command;
	const close = nearest(word, commandNames);
	const all = `the commands are ${commandNames.join(", ")}`;
	if (word === "") throw new CodedError("E_INPUT", "command is not set", { hint: all });
	throw new CodedError("E_INPUT", `command is ${quote(word)}, which is not a command`, { hint: close === void 0 ? all : `did you mean ${close}?` });
}

// src/action/outputs.ts
/** The runner refuses an output of more than 1 MiB, and with it all the others. */
const maxOutput = 921600;
/** Text as it is, all else as JSON. What is too long is left out, and told: half of it would be worse than nothing. */
function outputTexts(outputs, log) {
	return Object.entries(outputs).flatMap(([name, value]) => {
		const text = typeof value === "string" ? value : JSON.stringify(value);
		const bytes = Buffer.byteLength(text);
		if (bytes <= maxOutput) return [[name, text]];
		log.warning(`the output ${name} has ${bytes} bytes, more than a workflow can take, and is left out`);
		return [];
	});
}

// src/action/run.ts
/** Runs the command of one step. @returns the exit status: 0, or 1 whatever the failure. Never throws. */
async function runAction(host) {
	const mask = new Mask();
	try {
		await runOne(host, mask);
		return 0;
	} catch (thrown) {
		await tellFailure(host, mask, toCodedError(host.signal.aborted ? host.signal.reason : thrown), thrown);
		return 1;
	}
}
async function runOne(host, mask) {
	const { core, env, cwd, signal } = host;
	const log = actionLog(core, mask);
	const inputs = readActionInputs(env);
	checkWorkflowInputs(inputs);
	if ((env["GITHUB_OUTPUT"] ?? "") === "") throw new CodedError("E_GITHUB", "GITHUB_OUTPUT is not set, so outputs would be lost", { hint: "run this on a runner that has it, or use the command line outside a workflow" });
	const { runCommand } = await host.compose();
	const scratch = scratchIn(host.temp, (folder) => {
		core.saveState(scratchState, folder);
	});
	try {
		const shell = {
			kind: "action",
			log,
			env,
			cwd,
			signal,
			scratch: scratch.folder
		};
		const result = await runCommand(inputs.command, inputs.raw, shell);
		if (result.text !== "") log.info(result.text.trimEnd());
		for (const [name, value] of outputTexts(result.outputs, log)) core.setOutput(name, value);
		await addSummary(host, mask.text(truncateSummary(result.summary)));
	} finally {
		await scratch.remove();
	}
}
/** What a command did, or why it failed, is done and told: that nobody can read it in the summary as well changes neither. */
async function addSummary({ core, writeSummary }, markdown) {
	try {
		await writeSummary(markdown);
	} catch (refused) {
		core.warning(harmless(`the step summary can't be written: ${toCodedError(refused).message}`));
	}
}
/** An engine's last words may hold a secret, and Markdown would hide it from the runner's own masking. */
function withoutSecrets(error, mask) {
	return new CodedError(error.code, mask.text(error.message), {
		...error.hint !== void 0 && { hint: mask.text(error.hint) },
		...error.place !== void 0 && { place: error.place }
	});
}
/**
* The runner prints an annotation in the log as well, as `Error: E_CODE: ...`, and cuts it there and in the run's list at so many
* characters. https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs
*/
const maxAnnotation = 4096;
async function tellFailure(host, mask, failed, thrown) {
	const error = withoutSecrets(failed, mask);
	const { place } = error;
	const { core, env } = host;
	for (let cause = thrown; cause instanceof Error; cause = cause.cause) for (const line of (cause.stack ?? cause.message).split("\n")) core.debug(harmless(line));
	await addSummary(host, failureMarkdown((env["INPUT_COMMAND"] ?? "").trim(), error));
	const line = errorLine(error);
	if (line.length > maxAnnotation) core.info(harmless(line));
	core.error(line, {
		title: error.code,
		...place !== void 0 && {
			file: place.file,
			startLine: place.line
		}
	});
}

// src/action/main.ts
const controller = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {
	controller.abort(new CodedError("E_CANCELLED", `stopped by ${name}`, { hint: "run it again: what is done already is not done twice" }));
});
const summaryFile = process.env["GITHUB_STEP_SUMMARY"] ?? "";
const status = await runAction({
	core: {
		debug,
		endGroup,
		error,
		info,
		saveState,
		setOutput,
		setSecret,
		startGroup,
		warning
	},
	env: process.env,
	cwd: process.cwd(),
	temp: process.env["RUNNER_TEMP"] ?? tmpdir(),
	signal: controller.signal,
	writeSummary: async (markdown) => {
		if (summaryFile !== "" && markdown !== "") await appendFile(summaryFile, `${markdown}\n`);
	},
	compose: () => import("./chunks/compose.js")
});
process.exit(status);

export {  };