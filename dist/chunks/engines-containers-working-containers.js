// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { n as lastLines } from "./engines-process-output.js";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

// src/engines/docker/docker-push.ts
/**
* Docker pushes by name only: the name is ours for as long as that takes, and then what it was before.
* @throws E_ENGINE where somebody else moved the name meanwhile
*/
async function pushByName(session, image, name) {
	const before = await idOf(session, name);
	await session.noteLent(name, image.id, before);
	try {
		const tagged = await session.ask([
			"image",
			"tag",
			image.id,
			name
		]);
		if (tagged.code !== 0) return tagged;
		const pushed = await session.tell(["push", name]);
		if (pushed.code !== 0 || await idOf(session, name) === image.id) return pushed;
		throw new CodedError("E_ENGINE", `the local name ${name} was moved by somebody else while it was pushed`, { hint: "give each leg its own arch-tag, for example {tag}-{arch}-{run}" });
	} finally {
		if (await idOf(session, name) === image.id && before !== image.id) await giveBack(session, name, before);
		await session.strike(name);
	}
}
async function giveBack(session, name, before) {
	const answer = await session.ask(givenBack(name, before), { evenIfAborted: true });
	if (answer.code === 0) return;
	const was = before === void 0 ? "there was no such name before" : `it named ${before} before`;
	session.options.log.warning(`the local name ${name} stays on the image that was pushed (${was}): ${lastLines(answer.stderr, 1, 300)}`);
}
/** How Docker is told that the name is again what it was. */
function givenBack(name, before) {
	return before === void 0 ? [
		"image",
		"rm",
		"--no-prune",
		name
	] : [
		"image",
		"tag",
		before,
		name
	];
}
/** How it is asked for the image that has a name now. */
const idQuestion = [
	"image",
	"inspect",
	"--format",
	"{{.Id}}"
];
async function idOf(session, name) {
	const answer = await session.ask([...idQuestion, name], { evenIfAborted: true });
	return answer.code === 0 ? answer.stdout.trim() : void 0;
}

// src/engines/containers/working-containers.ts
/** What podman and buildah keep of a container that they build in. */
const stateFile = join("userdata", "buildah.json");
const maxState = 4194304;
const containerId = /^[0-9a-f]{64}$/u;
/** How an engine removes a container by its id. */
const containerRemoval = {
	docker: ["rm", "--force"],
	podman: ["rm", "--force"],
	buildah: ["rm"],
	buildx: [],
	assemble: []
};
/**
* Runs a build, and removes its containers if it does not do so itself, as when it is ended while it commits. podman and buildah name
* these containers themselves and take no label for them, so they are marked by a secret that no step asks for.
* @param storage the folder in which the engine keeps everything
* @param build is given the arguments that mark its containers
*/
async function markedBuild(session, storage, build) {
	const mark = `native-multiarch-${session.uniqueId()}`;
	const file = join(await session.folder(), "mark");
	await writeFile(file, "", { mode: 384 });
	await session.noteBuilding(mark, storage);
	let hasCleanedUp = false;
	try {
		const result = await build(["--secret", `id=${mark},type=file,src=${file}`]);
		hasCleanedUp = result.code === 0;
		return result;
	} finally {
		if (!hasCleanedUp) for (const id of await markedContainers(storage, mark)) await session.ask([...containerRemoval[session.name], id], { evenIfAborted: true });
		await session.strike(mark);
	}
}
/**
* The ids of the containers that a build with this mark works in, or has left behind.
* https://github.com/containers/storage/blob/main/docs/containers-storage.md: `<root>/<driver>-containers/<id>/userdata`
* @param storage the folder in which the engine keeps everything
*/
async function markedContainers(storage, mark) {
	const found = [];
	const kinds = (await readdir(storage).catch(() => [])).filter((name) => name.endsWith("-containers"));
	for (const folder of kinds.map((name) => join(storage, name))) for (const id of (await readdir(folder).catch(() => [])).filter((name) => containerId.test(name))) if (await holds(join(folder, id, stateFile), `id=${mark},`)) found.push(id);
	return found;
}
async function holds(file, words) {
	try {
		return (await stat(file)).size <= maxState && (await readFile(file, "utf8")).includes(words);
	} catch {
		return false;
	}
}

export { idQuestion as a, givenBack as i, markedBuild as n, pushByName as o, markedContainers as r, containerRemoval as t };