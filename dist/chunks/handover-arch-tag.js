// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { i as platformArch } from "./platform-platform.js";
import { a as parseTag } from "./oci-reference.js";
import { v as revisionKey } from "./report-format.js";

// src/publish/verbs.ts
/** `quay.io/acme/app:v1`, for messages and outputs. */
function tagName(target) {
	return `${target.repository.name}:${target.tag}`;
}

// src/publish/read-back.ts
/**
* How long a registry may show the state before our own write: GHCR, Docker Hub and geo-replicated ones lag. In ms.
* Only reads that this run's own writes made necessary are given this patience.
*/
const lagBudgetMs = 3e5;
const firstWaitMs = 500;
const longestWaitMs = 3e4;
/**
* Reads until `settled` says that the answer is not just a lagging one, or the budget is spent; gives the last answer.
* For reads that this run's own writes made necessary, and for no others.
* @param what for the log: the reference that is read
*/
async function readPatiently(what, read, settled, { log, sleep }) {
	let waited = 0;
	for (let wait = firstWaitMs;; wait = Math.min(wait * 2, longestWaitMs)) {
		const answer = await read();
		if (settled(answer) || waited >= lagBudgetMs) return answer;
		const next = Math.min(wait, lagBudgetMs - waited);
		log.info(`${what} does not show what was just written yet; reading again in ${next / 1e3} s`);
		await sleep(next);
		waited += next;
	}
}
/**
* Reads the index that this run pushed back by its digest, so a lagging answer is worth a wait.
* @throws E_NOT_FOUND when the registry does not have it; the client throws E_DIGEST_MISMATCH for other bytes
*/
async function readBackIndex(verbs, repository, index, deps) {
	const name = `${repository.name}@${index.digest}`;
	if (await readPatiently(name, async () => verbs.getManifest(repository, index.digest), (answer) => answer !== void 0, deps) !== void 0) return;
	throw new CodedError("E_NOT_FOUND", `${name} was accepted, yet the registry does not show it`, { hint: "no tag was changed; run the merge again, and if it goes on tell whoever runs the registry" });
}
/**
* Reads a tag back and says whether it stands at `digest`.
* @param wrote whether this run wrote the tag
* @throws E_TAG_MOVED when it shows another list
*/
async function readBackTag(verbs, target, digest, wrote, deps) {
	const found = await readPatiently(tagName(target), async () => (await verbs.getManifest(target.repository, target.tag))?.digest, (answer) => !wrote || answer !== void 0 && answer !== target.held, deps);
	if (found === digest) return;
	throw new CodedError("E_TAG_MOVED", `${tagName(target)} holds ${found ?? "nothing"}, not ${digest} as this run left it`, { hint: wrote && found === target.held ? unmovedHint : movedHint });
}
const movedHint = "another run published the same tag meanwhile; let one run at a time publish it (concurrency: in the workflow), then run the right one again";
/** After so long a wait it is hardly a lag any more, and may be one all the same. */
const unmovedHint = "that is what it held before: the registry is slow to show what it took, or another run put it back; see in some minutes, and run the merge again if nothing has changed";

// src/verify/index-facts.ts
/** What an index says of itself in annotations, and its images in labels. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const factKeys = {
	revision: revisionKey,
	created: "org.opencontainers.image.created",
	source: "org.opencontainers.image.source",
	version: "org.opencontainers.image.version"
};
const factNames = Object.keys(factKeys);
/** For each fact, the first source that knows it. */
function firstKnown(sources) {
	return factsFrom((name) => sources.map((source) => source[name]).find((value) => value !== void 0));
}
/** The facts that annotations tell. */
function annotationFacts(annotations) {
	return factsFrom((name) => annotations[factKeys[name]]);
}
/** The facts on which the labels of all images agree. */
function labelFacts(images) {
	return factsFrom((name) => {
		const [first, ...rest] = images.map((image) => image.config.labels[factKeys[name]]);
		return rest.every((value) => value === first) ? first : void 0;
	});
}
/** The facts as annotations of an index. */
function factAnnotations(facts) {
	return Object.fromEntries(factNames.flatMap((name) => facts[name] === void 0 ? [] : [[factKeys[name], facts[name]]]));
}
function factsFrom(valueOf) {
	return Object.fromEntries(factNames.flatMap((name) => {
		const value = valueOf(name);
		return value === void 0 || value === "" ? [] : [[name, value]];
	}));
}

// src/handover/arch-tag.ts
/**
* The tag that one leg pushes, and under which the fan-in looks for it: `v1-ppc64le` from `{tag}-{arch}`.
*
* A leg knows its own platform only, so it cannot see a collision with a sibling. A platform that has a variant after
* normalising (`linux/arm/v6`, `linux/amd64/v3`) therefore always gets it: `v1-arm-v6`; and one of another system than
* Linux gets that: `v1-windows-amd64`. Where the template names `{variant}` or `{os}` itself, nothing is added.
* @throws E_INPUT for a placeholder that is unknown or has no value here, and for a tag that the list itself will have, E_REFERENCE when the result is not a tag.
*/
function archTag(template, values) {
	const variant = values.platform.variant ?? "";
	const { os } = values.platform;
	const arch = os === "linux" || template.includes("{os}") ? platformArch(values.platform) : `${os}-${platformArch(values.platform)}`;
	const known = {
		tag: values.tag,
		os,
		arch: variant === "" || template.includes("{variant}") ? arch : `${arch}-${variant}`,
		variant,
		sha: values.sha,
		run: values.run,
		attempt: values.attempt
	};
	const tag = parseTag(filledIn(template, known));
	if (!(values.finalTags ?? [values.tag]).includes(tag)) return tag;
	throw new CodedError("E_INPUT", `arch-tag ${quote(template)} gives ${quote(tag)}, which is one of tags itself`, {
		usage: true,
		hint: "legs would overwrite each other and the list; put {arch} into it"
	});
}
function filledIn(template, known) {
	return template.replace(/\{([^{}]*)\}/g, (placeholder, name) => {
		if (!Object.hasOwn(known, name)) {
			const names = Object.keys(known).map((key) => `{${key}}`);
			throw new CodedError("E_INPUT", `arch-tag ${quote(template)} has the unknown placeholder ${quote(placeholder)}`, {
				usage: true,
				hint: `the placeholders are ${names.join(" ")}`
			});
		}
		const value = known[name];
		if (value !== void 0) return value;
		throw new CodedError("E_INPUT", `arch-tag ${quote(template)} needs ${placeholder}, which is not known here`, {
			usage: true,
			hint: "outside a workflow use a template without {sha}, {run} and {attempt}"
		});
	});
}

export { firstKnown as a, readBackTag as c, factKeys as i, readPatiently as l, annotationFacts as n, labelFacts as o, factAnnotations as r, readBackIndex as s, archTag as t, tagName as u };