// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as info, c as setSecret, i as getState, l as startGroup, n as endGroup, o as saveState, r as error, s as setOutput, t as debug, u as warning } from "./chunks/core.js";
import { s as toCodedError } from "./chunks/errors.js";
import { t as Mask } from "./chunks/log.js";
import { n as removeScratch, t as isScratch } from "./chunks/scratch.js";
import { n as actionLog, t as scratchState } from "./chunks/action-state.js";
import { tmpdir } from "node:os";

// src/action/post.ts
/** Removes what a killed main step left behind. A step in between could have changed the state: only a folder of ours is touched. */
const folder = getState(scratchState);
const parent = process.env["RUNNER_TEMP"] ?? tmpdir();
const log = actionLog({
	debug,
	endGroup,
	error,
	info,
	saveState,
	setOutput,
	setSecret,
	startGroup,
	warning
}, new Mask());
try {
	if (folder !== "" && isScratch(folder, parent)) {
		const { removeLeftovers } = await import("./chunks/engines-leftovers.js");
		await removeLeftovers(folder, {
			log,
			env: process.env
		});
	}
	log.info(await removeScratch(folder, parent) ? "temporary files are removed" : "nothing to clean up");
} catch (thrown) {
	log.warning(`what this step made is not all removed: ${toCodedError(thrown).message}`);
}

export {  };