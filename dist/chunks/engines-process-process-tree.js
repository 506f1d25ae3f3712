// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as groupBy } from "./group-by.js";
import { readFile, readdir, readlink } from "node:fs/promises";

// src/engines/process/process-tree.ts
/** `undefined` where there is no such process, or no /proc. */
async function identify(pid, root = "/proc") {
	const known = await read(pid, root);
	return known && {
		pid: known.pid,
		started: known.started
	};
}
/**
* Within which numbers of processes mean something: a container has its own, whatever folders it shares with others. `undefined` where
* there is no /proc. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
*/
async function pidNamespace(root = "/proc") {
	return readlink(`${root}/self/ns/pid`).catch(() => void 0);
}
/** Whether that very process runs; a zombie, which only waits for its parent, does not. */
async function isRunning({ pid, started }, root = "/proc") {
	return (await read(pid, root))?.started === started;
}
/**
* The processes that `pid` started, directly or not, and that started none themselves: of an engine, the program of a RUN step.
* Ended from there, the engine sees its step fail and removes what it had made for it.
*/
async function leavesOf(pid, root = "/proc") {
	const found = [];
	await visitBelow(pid, root, (one, isLeaf) => {
		if (isLeaf) found.push(one);
	});
	return found;
}
/** The processes that `pid` started, directly or not, each before those that it started itself. */
async function descendantsOf(pid, root = "/proc") {
	const found = [];
	await visitBelow(pid, root, (one) => found.push(one));
	return found;
}
/**
* Sends a signal to a process or, for a negative number, to its group.
* @returns false where there is none any more, which is what was wanted
*/
function kill(pid, signal = "SIGKILL") {
	try {
		return process.kill(pid, signal);
	} catch {
		return false;
	}
}
async function visitBelow(pid, root, see) {
	const names = await readdir(root).catch(() => []);
	const all = (await Promise.all(names.filter((name) => /^\d+$/u.test(name)).map(async (name) => read(Number(name), root)))).filter((one) => one !== void 0);
	const children = groupBy(all, ({ parent }) => String(parent));
	const visit = (one) => {
		for (const { pid: child } of children.get(String(one)) ?? []) {
			see(child, !children.has(String(child)));
			visit(child);
		}
	};
	visit(pid);
}
/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name in parentheses may hold anything. */
async function read(pid, root) {
	const text = await readFile(`${root}/${pid}/stat`, "utf8").catch(() => void 0);
	if (text === void 0) return void 0;
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	const [state, parent, started] = [
		fields[0],
		Number(fields[1]),
		fields[19]
	];
	if (state === "Z" || started === void 0) return void 0;
	return {
		pid,
		parent,
		started
	};
}

export { leavesOf as a, kill as i, identify as n, pidNamespace as o, isRunning as r, descendantsOf as t };