// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as show, r as joinErrors, t as CodedError } from "./errors.js";
import { i as platformArch, n as formatPlatform } from "./platform-platform.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { t as textTable } from "./report-text-table.js";

// src/platform/runners.ts
/**
* The runner that a leg gets where the table of platforms names none. GitHub hosts amd64 and arm64; the runners for POWER
* and Z are IBM's, free for public repositories that have been admitted: https://github.com/IBM/actionspz
*/
const runners = /* @__PURE__ */ new Map([
	["linux/amd64", "ubuntu-24.04"],
	["linux/arm64", "ubuntu-24.04-arm"],
	["linux/ppc64le", "ubuntu-24.04-ppc64le"],
	["linux/s390x", "ubuntu-24.04-s390x"]
]);
/** The label of the default runner, or undefined where a person has to name one. */
function defaultRunner(platform) {
	return runners.get(formatPlatform(platform));
}

// src/report/plan.ts
const head = [
	"Platform",
	"Runner",
	"Mode",
	"Required",
	"Timeout"
];
/** The plan, for a step summary. */
function planMarkdown(rows, skipped) {
	const table = markdownTable(head, rows.map((row) => [code(row.platform), ...cells(row).map((cell) => escapeMarkdown(cell))]));
	const left = skipped.map(({ platform, reason }) => `- ${code(platform)} is skipped: ${escapeMarkdown(reason)}\n`);
	return [table, ...left.length > 0 ? ["\n", ...left] : []].join("");
}
/** The same for a terminal. */
function planText(rows, skipped) {
	const table = textTable(head.map((title) => title.toUpperCase()), rows.map((row) => [row.platform, ...cells(row)]));
	const left = skipped.map(({ platform, reason }) => `${show(platform)} is skipped: ${show(reason, 500)}\n`);
	return [table, ...left.length > 0 ? ["\n", ...left] : []].join("");
}
function cells(row) {
	return [
		row.runner,
		row.mode,
		row.required ? "yes" : "no",
		`${row.timeoutMinutes} min`
	];
}

// src/commands/plan.ts
/** Where emulated and cross-compiled legs run when the table does not say: hosts without a runner of their own platform. */
const fallbackRunner = "ubuntu-24.04";
/** In minutes. Emulation is several times slower; GitHub ends a hosted job after 360. */
const defaultTimeout = {
	native: 60,
	cross: 60,
	emulate: 300
};
/**
* Turns the platform table into a job matrix: for each platform the runner and the mode, or the fallback where nobody
* named a runner and none is known for it.
* @throws E_RUNNER for a required platform without a runner, and for a table without any row left
*/
function plan(inputs, { log }) {
	const errors = [];
	const skipped = [];
	const rows = inputs.platforms.flatMap((row) => {
		const planned = planRow(row);
		if (planned instanceof CodedError) errors.push(planned);
		else if ("reason" in planned) skipped.push(planned);
		else return [planned];
		return [];
	});
	if (errors.length > 0) throw joinErrors(errors);
	for (const row of inputs.platforms) {
		const platform = formatPlatform(row.platform);
		if (row.required && skipped.some((one) => one.platform === platform)) log.warning(`${platform} is skipped and required, so that merge will miss it: add required: false to its row, or name a runner`);
	}
	for (const { platform, mode, row } of rows) if (row.fallback !== "fail" && row.fallback !== mode) log.info(`${platform} has a runner, so fallback ${row.fallback} is not taken; whether the runner is there is not asked by this version`);
	if (rows.length === 0) throw new CodedError("E_RUNNER", `no platform is left to build: ${skipped.map(({ platform, reason }) => `${platform} (${reason})`).join(", ")}`, { hint: "an empty matrix fails the run; give at least one platform a runner" });
	const told = rows.map((row) => ({
		...row,
		runner: typeof row.runsOn === "string" ? row.runsOn : JSON.stringify(row.runsOn)
	}));
	const counted = `${rows.length} ${rows.length === 1 ? "platform" : "platforms"} to build`;
	return {
		outputs: {
			matrix: { include: rows.map(matrixRow) },
			count: rows.length,
			platforms: rows.map((row) => row.platform),
			skipped: skipped.map((row) => ({ ...row }))
		},
		text: `${counted}\n\n${planText(told, skipped)}`,
		summary: `### ${counted}\n\n${planMarkdown(told, skipped)}`
	};
}
function planRow(row) {
	const platform = formatPlatform(row.platform);
	const planned = (runsOn, mode) => ({
		platform,
		arch: platformArch(row.platform),
		runsOn,
		mode,
		required: row.required,
		timeoutMinutes: row.timeoutMinutes ?? defaultTimeout[mode],
		row
	});
	if (row.mode === "auto") return new CodedError("E_UNSUPPORTED", `${platform}: mode auto is not supported by this version`, { hint: "say native, emulate or cross" });
	const mode = row.mode ?? "native";
	const runner = row.runsOn ?? (mode === "native" ? defaultRunner(row.platform) : fallbackRunner);
	if (runner !== void 0) return planned(runner, mode);
	const reason = "nobody named a runner, and none is known for it";
	switch (row.fallback) {
		case "emulate":
		case "cross": return planned(fallbackRunner, row.fallback);
		case "skip": return {
			platform,
			reason
		};
		case "fail":
			if (!row.required) return {
				platform,
				reason
			};
			return new CodedError("E_RUNNER", `${platform}: ${reason}`, { hint: `name one in platforms (${platform}: { runs-on: [self-hosted, ...] }), or say what to do without: fallback: emulate, cross or skip` });
	}
}
function matrixRow({ platform, arch, runsOn, mode, required, timeoutMinutes, row }) {
	return {
		...row.extra,
		platform,
		arch,
		"runs-on": runsOn,
		mode,
		required,
		"timeout-minutes": timeoutMinutes,
		name: mode === "native" ? platform : `${platform} (${mode})`,
		...row.engine !== void 0 && { engine: row.engine },
		...row.smokeTest !== void 0 && { "smoke-test": row.smokeTest }
	};
}

export { plan };