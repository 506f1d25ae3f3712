// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { n as isPullRequest } from "./github-environment.js";

// src/commands/build-events.ts
/**
* Events whose runs hold the repository's own secrets and token, while anybody may have said what they work on: a pull request
* from a fork, a run of one, or a comment.
* https://docs.github.com/en/actions/reference/security/secure-use#mitigating-the-risks-of-untrusted-code-checkout
*/
const privilegedEvents = [
	"pull_request_target",
	"workflow_run",
	"issue_comment"
];
/**
* Why nothing is pushed; `undefined` where it is.
* @throws E_INPUT for a push on a privileged event that nobody has allowed in so many words, before anything is built
*/
function whyNotPush(inputs, github) {
	const event = github.eventName ?? "";
	if (inputs["dry-run"]) return "dry-run is set";
	if (inputs.push === false) return "push is false";
	if (inputs.push === "auto" && isPullRequest(github)) return `push is auto, and the event is ${event}`;
	if (!privilegedEvents.includes(event) || inputs["allow-privileged-events"]) return void 0;
	throw new CodedError("E_INPUT", `push is ${String(inputs.push)} on the event ${event}, whose run has this repository's rights while what it works on may come from anybody`, { hint: "set push: false; or, where nothing of a pull request is checked out or used, allow-privileged-events: true" });
}

export { whyNotPush as t };