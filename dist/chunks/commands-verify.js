// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, n as errorLine, r as joinErrors, t as CodedError } from "./errors.js";
import { t as formatReference } from "./oci-reference.js";
import { n as formatPlatform } from "./platform-platform.js";
import { _ as configDifferences, a as factsText, h as checkImagePlatform, i as factsMarkdown, y as checkPlatformSet } from "./report-format.js";
import { i as platformsText, n as platformJson, r as platformsMarkdown, t as attestationsCheck } from "./report-platforms.js";
import { t as candidates } from "./verify-candidates.js";
import { n as imageSize, r as otherKinds, t as expandSource } from "./verify-source.js";
import { n as checkContents } from "./commands-content-check.js";
import { n as readManifests, t as lookedAt } from "./commands-look.js";
import { t as repositoryReader } from "./commands-repository-reader.js";
import { t as isLayout } from "./oci-layout-reference.js";
import { i as smokeTestMs } from "./commands-build-smoke.js";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

// src/commands/verify-smoke.ts
/**
* Where engines can pull from. @throws E_UNSUPPORTED where the list stands in no registry
*/
function pullableFrom(places) {
	const found = places.find((place) => !isLayout(place));
	if (found !== void 0) return found;
	throw new CodedError("E_UNSUPPORTED", "smoke-test needs an image in a registry, and this one is in a folder", { hint: "publish it, by digest alone with tags: none if nobody is to see it yet, and verify that" });
}
/**
* Pulls every image that this host can run, by its digest, and runs `command` in it.
* @returns for each image's digest whether it was run
* @throws E_SMOKE_TEST for all that failed at once; E_UNSUPPORTED where this host can run none of them
*/
async function smokeTests(images, repository, command, { log, engine: findEngine, scratch }) {
	const engine = await findEngine();
	refuseEngine(engine);
	const { label } = await engine.host();
	const folder = await scratch();
	const reports = /* @__PURE__ */ new Map();
	const failures = [];
	const refused = [];
	for (const image of images) {
		const mode = await modeOf(engine, image);
		const { digest } = image.descriptor;
		if (mode instanceof CodedError) {
			refused.push(mode);
			log.info(`${formatPlatform(image.platform)} is not run on this host: ${errorLine(mode)}`);
			reports.set(digest, {
				check: "smoke-test",
				found: "not run on this host",
				by: "verify"
			});
			continue;
		}
		const failure = await log.group(`Smoke test of ${formatPlatform(image.platform)} with ${label}`, async () => run(engine, image, {
			repository,
			command,
			mode,
			folder
		}));
		if (failure !== void 0) failures.push(failure);
		reports.set(digest, {
			check: "smoke-test",
			found: mode === "emulate" ? "passed, emulated" : "passed",
			by: "verify"
		});
	}
	if (failures.length > 0) throw joinErrors(failures);
	if (refused.length === images.length) throw nothingRan(images, label);
	return reports;
}
function refuseEngine({ name, capabilities }) {
	if (capabilities.smokeTest) return;
	throw new CodedError("E_UNSUPPORTED", `engine ${name} can't run a smoke test`, { hint: "leave smoke-test out, or use docker, podman or buildah" });
}
/** How programs of the image's platform are run here, or why they are not. */
async function modeOf(engine, { platform, config }) {
	if (config.onBuild === true) return new CodedError("E_UNSUPPORTED", "the image has ONBUILD steps, which pulling it would run", { hint: "smoke-test an image that is built from it" });
	try {
		return (await engine.preflight(platform, "emulate")).mode;
	} catch (error) {
		if (error instanceof CodedError && ["E_HOST_MISMATCH", "E_UNSUPPORTED"].includes(error.code)) return error;
		throw error;
	}
}
/**
* Has the engine pull the image, with the credentials of this run, by a build of nothing else, and runs the command in it.
* @returns why the test failed; `undefined` where it did not
*/
async function run(engine, image, { repository, command, mode, folder }) {
	const { platform } = image;
	const name = formatReference({
		repository,
		digest: image.descriptor.digest
	});
	const file = join(folder, "Dockerfile");
	await writeFile(file, `FROM ${name}\nLABEL native-multiarch.smoke-test="${image.descriptor.digest}"\n`);
	const source = {
		kind: "dockerfile",
		context: folder,
		file
	};
	const pulled = await engine.build({
		platform,
		mode,
		source
	});
	try {
		await engine.run(pulled, {
			command,
			platform,
			timeoutMs: smokeTestMs[mode]
		});
		return;
	} catch (error) {
		if (!(error instanceof CodedError) || error.code !== "E_SMOKE_TEST") throw error;
		return new CodedError(error.code, `${name}: ${error.message}`, {
			hint: (error.hint ?? "").replace("nothing was pushed", "the image is published and does not work"),
			cause: error
		});
	} finally {
		await engine.remove(pulled);
	}
}
function nothingRan(images, label) {
	const platforms = images.map(({ platform }) => formatPlatform(platform)).join(", ");
	return new CodedError("E_UNSUPPORTED", `smoke-test: ${label} on this host can run none of ${platforms}`, { hint: "verify on a machine of one of these platforms, or install emulation of one (QEMU, binfmt_misc); the log says why for each" });
}

// src/commands/verify.ts
/**
* Checks what is published: that all references lead to one list, that it holds exactly the platforms expected, and that
* each entry's bytes and config are what the list says. With a smoke test, those that this host can run are pulled and run.
* @throws everything that is wrong, at once
*/
async function verify(inputs, deps) {
	const { log, registry } = deps;
	const references = lookedAt(inputs);
	const command = inputs["smoke-test"];
	if (command !== void 0) pullableFrom(references.map(({ repository }) => repository));
	const lists = await log.group("Reading what is published", async () => readManifests(references, registry));
	const { list, source } = await provenList(lists, inputs, deps);
	const contents = await checkContents(source.images.map((image) => ({
		image,
		platform: image.platform,
		origin: `${formatPlatform(image.platform)} of ${list.name}`
	})), {
		check: inputs.check,
		allowForeign: inputs["allow-foreign"],
		limit: inputs["content-limit"],
		open: (layer) => registry.getBlob(list.repository, layer),
		by: "verify",
		log
	});
	const ran = command === void 0 ? void 0 : await smokeTests(source.images, pullableFrom(lists.map((each) => each.repository)), command, deps);
	return result(lists, source.images.map((image) => {
		const { digest } = image.descriptor;
		const attestations = source.attestations.filter(({ subject }) => subject === digest).length;
		return platformReport(image, [
			contents.get(digest),
			...attestationsCheck(attestations, "verify"),
			ran?.get(digest)
		]);
	}), inputs.check);
}
/**
* The one list that all references lead to, with what it leads to.
* @throws everything that is wrong with any of them, at once
*/
async function provenList(lists, inputs, { log, registry }) {
	const sources = await settleAll(lists.map(async (list) => expandSource(repositoryReader(registry, list.repository), list.manifest, list.name, inputs["allow-extra"] ? otherKinds : void 0)));
	const errors = [...disagreements(lists), ...sources.flatMap((source, index) => checkList(source, lists[index]?.name ?? "", inputs))];
	if (errors.length > 0) throw joinErrors(errors);
	const [list] = lists;
	const [source] = sources;
	if (list === void 0 || source === void 0) throw new TypeError("verify looks at one reference at least");
	for (const warning of configDifferences(source.images)) log.warning(warning);
	for (const { descriptor, problem } of source.others) log.warning(`${descriptor.digest} is in the list and was not checked: ${problem.message}`);
	return {
		list,
		source
	};
}
function platformReport(image, more) {
	const platform = formatPlatform(image.platform);
	const config = {
		check: "config",
		found: platform,
		by: "verify"
	};
	return {
		platform,
		digest: image.descriptor.digest,
		size: imageSize(image),
		checks: [config, ...more].filter((check) => check !== void 0)
	};
}
/** Promise 6: all images and all tags are one and the same list. */
function disagreements([first, ...others]) {
	return others.filter((list) => list.manifest.digest !== first?.manifest.digest).map((list) => new CodedError("E_DIGEST_MISMATCH", `${list.name} holds ${list.manifest.digest}, ${first?.name ?? ""} holds ${first?.manifest.digest ?? ""}`, { hint: "publish them together again, or verify them one by one" }));
}
function checkList(source, name, inputs) {
	const found = candidates({
		origin: name,
		claimed: void 0,
		index: "all"
	}, source);
	const wanted = inputs.platforms ?? found.map(({ platform }) => ({
		platform,
		required: true
	}));
	const digests = new Set(found.map((image) => image.digest));
	return [
		...found.length === 0 ? [new CodedError("E_MANIFEST", `${name} holds no image`, { hint: "publish it again" })] : [],
		...checkPlatformSet(wanted, found, name, {
			allowExtra: inputs["allow-extra"],
			published: true
		}),
		...found.flatMap(({ image }) => checkImagePlatform(image, void 0, name)),
		...source.attestations.filter((attestation) => !digests.has(attestation.subject)).map(({ descriptor, subject }) => new CodedError("E_MANIFEST", `the attestation ${descriptor.digest} in ${name} is about ${subject}, which is not in the list`, { hint: "publish the list again with the image that it belongs to" }))
	];
}
function result(lists, rows, check) {
	const references = lists.flatMap((each) => each.references.map(formatReference));
	const digest = lists[0]?.manifest.digest ?? "";
	const mediaType = lists[0]?.manifest.mediaType ?? "";
	const facts = [
		["references", references],
		["digest", digest],
		["media type", mediaType]
	];
	const title = "Verified";
	return {
		outputs: {
			digest,
			platforms: rows.map((row) => row.platform),
			report: {
				digest,
				mediaType,
				references,
				check,
				platforms: rows.map(platformJson)
			}
		},
		text: `${title}\n\n${factsText(facts)}\n${platformsText(rows)}`,
		summary: `${factsMarkdown(title, facts)}\n${platformsMarkdown(rows)}`
	};
}

export { verify };