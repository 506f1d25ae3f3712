// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { lstat, mkdtemp, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

// src/scratch.ts
const prefix = "native-multiarch-";
/**
* @param parent an existing folder: RUNNER_TEMP, else the system's.
* @param made is told the folder as soon as there is one, so that somebody else can remove it when this process is killed.
*/
function scratchIn(parent, made = () => void 0) {
	let pending;
	const make = async () => {
		const folder = await mkdtemp(join(resolve(parent), prefix)).catch((error) => {
			throw new CodedError("E_INPUT", `no temporary folder can be made in ${quote(parent)}`, {
				hint: "let RUNNER_TEMP, or else TMPDIR, name a folder that this user may write to",
				cause: error
			});
		});
		made(folder);
		return folder;
	};
	return {
		folder: () => pending ??= make(),
		remove: async () => {
			if (pending !== void 0) await removeScratch(await pending, parent);
		}
	};
}
/**
* Removes a folder that {@link scratchIn} made, and nothing else: the name may have come from a file that others can write.
* What is no such folder, or is gone, is left alone. @returns whether something was removed.
*/
async function removeScratch(folder, parent) {
	if (!isScratch(folder, parent)) return false;
	if ((await lstat(folder).catch(() => void 0))?.isDirectory() !== true) return false;
	await rm(folder, {
		recursive: true,
		force: true,
		maxRetries: 3
	});
	return true;
}
/** Whether {@link scratchIn} could have made it in `parent`, by its name. */
function isScratch(folder, parent) {
	return dirname(folder) === resolve(parent) && /^native-multiarch-[A-Za-z0-9]{6}$/u.test(basename(folder));
}

export { removeScratch as n, scratchIn as r, isScratch as t };