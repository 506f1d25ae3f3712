// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

// src/engines/working-containers.ts
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
* Arguments of a build by which its containers can be told from those of others: a secret that no step asks for. podman and
* buildah name these containers themselves, and take no label for them.
* @param mark of this build alone; letters, digits and hyphens
*/
function markArguments(mark, file) {
	return ["--secret", `id=${mark},type=file,src=${file}`];
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

// src/engines/docker-push.ts
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
		if (await idOf(session, name) === image.id && before !== image.id) await session.ask(givenBack(name, before), { evenIfAborted: true });
		await session.strike(name);
	}
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

export { markArguments as a, containerRemoval as i, idQuestion as n, markedContainers as o, pushByName as r, givenBack as t };