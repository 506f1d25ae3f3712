// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/action/escape.ts
/**
* A line that the runner prints and never obeys. It reads commands from stdout: `::name::` at the start of a line, white space
* apart, and the older `##[name]` anywhere in one.
* https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
*/
function harmless(line) {
	return line.replace(/^(\s*):(?=:)/u, "$1: ").replace(/##(?=\[)/gu, "## ");
}
/** The lines of a text as the runner splits it, a lone carriage return included. */
function harmlessLines(text) {
	return text.split(/\r\n|\r|\n/u).map(harmless);
}

// src/action/log.ts
/**
* The log of a workflow: groups that fold, warnings as annotations, and nothing from outside that the runner would obey. The runner
* masks what it prints; `mask` keeps the secrets for what it does not print, such as the step summary.
*/
function actionLog(core, mask) {
	let open = 0;
	return {
		info: (text) => {
			for (const line of harmlessLines(text)) core.info(line);
		},
		warning: (line) => {
			core.warning(harmless(line));
		},
		debug: (line) => {
			core.debug(harmless(line));
		},
		group: async (title, work) => {
			if (open === 0) core.startGroup(harmless(title));
			else core.info(harmless(title));
			open += 1;
			try {
				return await work();
			} finally {
				open -= 1;
				if (open === 0) core.endGroup();
			}
		},
		secret: (value) => {
			if (value === "") return;
			mask.add(value);
			core.setSecret(value);
		}
	};
}

// src/action/state.ts
/** The name under which the post step finds the folder that it removes, should the main step have been killed. */
const scratchState = "scratch";

export { actionLog as n, harmless as r, scratchState as t };