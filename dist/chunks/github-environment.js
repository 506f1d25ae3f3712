// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";

// src/github/environment.ts
const maxEventBytes = 8388608;
/**
* The job's environment, from `GITHUB_*`, `RUNNER_*` and the event's file.
* https://docs.github.com/en/actions/reference/workflows-and-actions/variables
* @throws E_GITHUB when the runner names an event file that can't be read
*/
async function githubEnvironment(env, readFile) {
	const workflow = env["GITHUB_ACTIONS"] === "true";
	const value = (name) => workflow && env[name] !== "" ? env[name] : void 0;
	const sha = value("GITHUB_SHA");
	const repository = value("GITHUB_REPOSITORY");
	const server = value("GITHUB_SERVER_URL");
	const attempt = value("GITHUB_RUN_ATTEMPT");
	const eventPath = value("GITHUB_EVENT_PATH");
	return {
		workflow,
		sha,
		repository,
		sourceUrl: server !== void 0 && repository !== void 0 ? `${server}/${repository}` : void 0,
		runId: value("GITHUB_RUN_ID"),
		runAttempt: attempt !== void 0 && /^[1-9]\d{0,5}$/.test(attempt) ? Number(attempt) : void 0,
		eventName: value("GITHUB_EVENT_NAME"),
		runnerArch: value("RUNNER_ARCH"),
		commitTime: eventPath === void 0 || sha === void 0 ? void 0 : await commitTime(eventPath, sha, readFile)
	};
}
/** Events on which nothing may be pushed unless it was asked for: their code may come from anybody. */
function isPullRequest(environment) {
	return environment.eventName?.startsWith("pull_request") ?? false;
}
async function commitTime(path, sha, readFile) {
	const commit = property(parseEvent(path, await readEvent(path, readFile)), "head_commit");
	const timestamp = property(commit, "timestamp");
	if (property(commit, "id") !== sha || typeof timestamp !== "string") return void 0;
	const time = new Date(timestamp);
	return Number.isNaN(time.getTime()) ? void 0 : time.toISOString().replace(".000Z", "Z");
}
async function readEvent(path, readFile) {
	let bytes;
	try {
		bytes = await readFile(path, maxEventBytes);
	} catch (error) {
		throw new CodedError("E_GITHUB", `the event file ${quote(path)} can't be read`, {
			hint: "the runner writes it and names it in GITHUB_EVENT_PATH; see what removed it",
			cause: error
		});
	}
	if (bytes.length <= maxEventBytes) return bytes;
	throw new CodedError("E_GITHUB", `the event file ${quote(path)} is larger than ${maxEventBytes} bytes`, { hint: "see what wrote GITHUB_EVENT_PATH" });
}
function parseEvent(path, bytes) {
	try {
		return JSON.parse(Buffer.from(bytes).toString("utf8"));
	} catch (error) {
		throw new CodedError("E_GITHUB", `the event file ${quote(path)} is not JSON`, {
			hint: "see what wrote GITHUB_EVENT_PATH",
			cause: error
		});
	}
}
function property(value, name) {
	return value !== null && typeof value === "object" && Object.hasOwn(value, name) ? value[name] : void 0;
}

export { isPullRequest as n, githubEnvironment as t };