// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as removeScratch } from "./scratch.js";
import { a as idQuestion, i as givenBack, r as markedContainers, t as containerRemoval } from "./engines-containers-working-containers.js";
import { a as childEnvironment, i as spawnExec, r as isProgram, t as findTool } from "./engines-process-tools.js";
import { r as readLedger } from "./engines-process-ledger.js";
import { n as lastLines } from "./engines-process-output.js";
import { a as leavesOf, i as kill, r as isRunning } from "./engines-process-process-tree.js";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

// src/engines/leftovers.ts
const removeArguments = {
	docker: {
		container: containerRemoval.docker,
		image: ["image", "rm"]
	},
	podman: {
		container: containerRemoval.podman,
		image: ["rmi"]
	},
	buildah: {
		container: containerRemoval.buildah,
		image: ["rmi"]
	},
	buildx: { builder: ["rm", "--force"] }
};
const removeMs = 3e4;
/** How long an engine whose step was ended has for removing what it had made, in milliseconds. */
const settleMs = 3e3;
/**
* Ends and removes what the ledger in a leg's scratch folder says. What can't be removed is told and left.
* @returns how many things were there; `undefined` where the leg is at work, or wrote no ledger
*/
async function removeLeftovers(scratch, options) {
	const ledger = await readLedger(scratch);
	if (ledger === void 0 || ledger.ownerRuns) return void 0;
	for (const entry of ledger.entries) if (entry.kind === "process") await end(entry.process);
	else if (entry.kind === "building") await removeBuilding(entry, options);
	else if (entry.kind === "lent") await giveBack(entry, options);
	else await remove(entry, options);
	return ledger.entries.length;
}
/**
* The same for every leg of this user's that was killed on this machine and whose scratch folder is in `parent`; the folders go too.
* A leg that is at work is left alone.
* @param own the scratch folder of whoever asks
*/
async function sweep(parent, options, own) {
	const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith("native-multiarch-"));
	for (const folder of names.map((name) => join(parent, name))) {
		if (folder === own) continue;
		if ((await lstat(folder).catch(() => void 0))?.uid !== process.getuid?.()) continue;
		const count = await removeLeftovers(folder, options);
		if (count === void 0) continue;
		await removeScratch(folder, parent);
		const what = count === 0 ? "its temporary files are removed" : `what it left is removed (${count})`;
		options.log.info(`an earlier leg was killed here; ${what}`);
	}
}
async function end(engine) {
	const deadline = Date.now() + settleMs;
	while (await isRunning(engine) && Date.now() < deadline) {
		for (const pid of await leavesOf(engine.pid)) kill(pid);
		await setTimeout(100);
	}
	if (await isRunning(engine)) kill(-engine.pid);
}
async function removeBuilding({ storage, name, ...entry }, options) {
	for (const id of await markedContainers(storage, name)) await remove({
		...entry,
		kind: "container",
		name: id
	}, options);
}
async function giveBack({ tool, name, image, before, variables }, options) {
	const { log, env, exec = spawnExec } = options;
	const command = await commandOf(tool, env["PATH"]);
	if (command === void 0) return;
	const ask = async (args) => exec(command[0], args, {
		env: environment(env, variables),
		timeoutMs: removeMs
	});
	if ((await ask([...idQuestion, name])).stdout.trim() !== image || before === image) return;
	const answer = await ask(givenBack(name, before));
	if (answer.code === 0) log.info(`the local name ${name} is what it was before`);
	else log.warning(`the local name ${name} stays on the image of a killed leg: ${lastLines(answer.stderr, 1, 300)}`);
}
async function remove({ kind, tool, name, variables, command: own }, options) {
	const { log, env, exec = spawnExec } = options;
	const command = own !== void 0 && await isProgram(own[0]) ? own : await commandOf(tool, env["PATH"]);
	const args = removeArguments[tool]?.[kind];
	if (command === void 0 || args === void 0) return;
	const [path, ...prefix] = command;
	const answer = await exec(path, [
		...prefix,
		...args,
		name
	], {
		env: environment(env, variables),
		timeoutMs: removeMs
	});
	if (answer.code === 0) log.info(`${kind} ${name} is removed`);
	else if (!/no such|not known|no (?:container|image|builder)/iu.test(answer.stderr)) log.warning(`${kind} ${name} of a killed leg was not removed: ${lastLines(answer.stderr, 1, 300)}`);
}
/** An empty variable of the leg's is one that it had not. */
function environment(env, variables) {
	const all = Object.entries({
		...childEnvironment(env),
		...variables
	});
	return Object.fromEntries(all.filter(([, value]) => value !== ""));
}
/** buildx may be a plugin of docker. */
async function commandOf(tool, path) {
	const found = await findTool(tool, path);
	if (found !== void 0) return [found];
	const docker = tool === "buildx" ? await findTool("docker", path) : void 0;
	return docker === void 0 ? void 0 : [docker, "buildx"];
}

export { removeLeftovers, sweep };