// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { c as info, n as harmless, s as getState, t as scratchState } from "./chunks/action-state.js";
import { t as removeScratch } from "./chunks/scratch.js";
import { tmpdir } from "node:os";

// src/action/post.ts
/** Removes what a killed main step left behind. A step in between could have changed the state: only a folder of ours is touched. */
const folder = getState(scratchState);
try {
	const removed = folder !== "" && await removeScratch(folder, process.env["RUNNER_TEMP"] ?? tmpdir());
	info(removed ? "temporary files are removed" : "nothing to clean up");
} catch (error) {
	info(harmless(`temporary files are not removed: ${error instanceof Error ? error.message : String(error)}`));
}

export {  };