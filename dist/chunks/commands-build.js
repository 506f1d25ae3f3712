// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { n as isPullRequest } from "./github-environment.js";
import { f as readPatiently, i as recordToJson, m as archTag, s as factKeys } from "./handover-record.js";
import { n as targetsOf, t as firstTag } from "./inputs-targets.js";
import { c as samePlatform, n as formatPlatform } from "./platform-platform.js";
import { b as expandSource, l as factsMarkdown, s as formatDuration, u as factsText, y as repositoryReader } from "./verify-content-word.js";
import { o as parseDigest } from "./oci-digest.js";
import { a as mediaTypes } from "./oci-media-types.js";
import { r as withoutUndefined } from "./oci-schema.js";
import { n as contentWord } from "./commands-content-check.js";

// src/commands/build-push.ts
/**
* Pushes the image under its arch tag and reads back what the registry now holds: the digest comes from those bytes, never
* from an engine's word.
* @throws E_TAG_MOVED when the tag shows another image than the one that was pushed
*/
async function pushAndReadBack(engine, built, platform, { image, tag }, { log, registry, sleep }) {
	const name = `${image.name}:${tag}`;
	const held = (await registry.headManifest(image, tag))?.digest;
	await engine.push(built, {
		repository: image,
		tag
	});
	const reader = repositoryReader(registry, image);
	const { manifest, ours } = await readPatiently(name, async () => readImage(reader, tag, built, name), (found) => found.ours !== void 0 || found.manifest !== void 0 && found.manifest.digest !== held, {
		log,
		sleep
	});
	if (manifest === void 0) throw new CodedError("E_NOT_FOUND", `${name} was pushed, yet the registry does not show it`, { hint: "run the leg again, and if it goes on tell whoever runs the registry" });
	if (ours === void 0) throw new CodedError("E_TAG_MOVED", `${name} holds ${manifest.digest}, which is not the image that this leg pushed`, { hint: "another leg pushes the same tag; give each platform and variant its own with arch-tag" });
	if (!samePlatform(ours.platform, platform)) throw new CodedError("E_PLATFORM_MISMATCH", `${name} is ${formatPlatform(ours.platform)}, not ${formatPlatform(platform)}`, { hint: "build that leg again" });
	log.info(`${name} reads back as ${manifest.digest}, ${formatPlatform(ours.platform)}`);
	return {
		manifest,
		image: ours
	};
}
/** An engine knows its image by the digest of its config, or of its manifest. */
async function readImage(reader, tag, built, name) {
	const manifest = await reader.manifest(tag);
	if (manifest === void 0) return { manifest };
	const { images } = await expandSource(reader, manifest, name);
	return {
		manifest,
		ours: images.find((image) => manifest.digest === built.id || image.descriptor.digest === built.id || image.manifest.config.digest === built.id)
	};
}

// src/commands/build-request.ts
/** What the engine is asked for. */
function buildRequest(inputs, { platform, mode, source, tag, github }) {
	return {
		platform,
		mode,
		labels: {
			...knownLabels(tag, github),
			...inputs.labels
		},
		source: source === "files" ? filesSource(inputs) : dockerfileSource(inputs)
	};
}
/** Which commit the image is of, as far as that is known: the fan-in compares it between the legs. */
function knownLabels(tag, github) {
	return {
		...github.sha !== void 0 && { [factKeys.revision]: github.sha },
		...github.sourceUrl !== void 0 && { [factKeys.source]: github.sourceUrl },
		...tag !== "latest" && { [factKeys.version]: tag }
	};
}
function dockerfileSource(inputs) {
	const { context, file, target, network } = inputs;
	return {
		kind: "dockerfile",
		context,
		buildArgs: inputs["build-args"],
		...file !== void 0 && { file },
		...target !== void 0 && { target },
		...network !== void 0 && { network }
	};
}
function filesSource(inputs) {
	const { context, files, base, entrypoint, cmd, env, workdir, user } = inputs;
	if (files.length === 0) throw new CodedError("E_INPUT", "files is not set, and engine assemble makes the image of nothing else", { hint: "give lines source:destination, such as ./bin/app-{arch}:/app:755" });
	return {
		kind: "files",
		context,
		files,
		base,
		env,
		...entrypoint !== void 0 && { entrypoint },
		...cmd !== void 0 && { cmd },
		...workdir !== void 0 && { workdir },
		...user !== void 0 && { user }
	};
}

// src/commands/build-result.ts
/** What build tells: the outputs of the contract, the record among them, and the same for people. */
function buildResult(leg) {
	const { target, platform, mode, host, pushed, content, withheld, seconds } = leg;
	const record = legRecord(leg);
	const references = pushed === void 0 ? [] : [`${target.image.name}:${target.tag}`];
	const took = Object.entries(seconds).map(([phase, time]) => `${phase} ${formatDuration(time)}`);
	const facts = [
		["platform", formatPlatform(platform)],
		["mode", mode],
		["engine", host.label],
		[pushed === void 0 ? "image" : "digest", record.digest],
		...references.length > 0 ? [["pushed", references]] : [["not pushed", withheld ?? ""]],
		...content === void 0 ? [] : [["programs", told(content)]],
		["took", took.join(", ")]
	];
	const title = `Built ${formatPlatform(platform)}`;
	return {
		outputs: {
			digest: record.digest,
			size: record.size,
			platform: formatPlatform(platform),
			mode,
			engine: host.label,
			references,
			pushed: pushed !== void 0,
			record: recordToJson(record)
		},
		text: `${title}\n\n${factsText(facts)}`,
		summary: factsMarkdown(title, facts)
	};
}
function legRecord({ target, platform, mode, host, built, pushed, content, github, seconds }) {
	return {
		image: target.image,
		...pushed !== void 0 && { tag: target.tag },
		platform,
		digest: pushed?.manifest.digest ?? parseDigest(built.id),
		mediaType: pushed?.manifest.mediaType ?? mediaTypes.ociConfig,
		size: pushed?.manifest.bytes.length ?? 0,
		pushed: pushed !== void 0,
		mode,
		engine: host.label,
		runner: { arch: host.platform.architecture },
		...github.workflow && { run: withoutUndefined({
			id: github.runId,
			attempt: github.runAttempt,
			sha: github.sha,
			repository: github.repository
		}) },
		...content !== void 0 && { content },
		seconds
	};
}
/** `ppc64le (41)`, `none` */
function told({ machines }) {
	const each = Object.entries(machines).map(([machine, count]) => `${machine} (${count})`);
	return each.length === 0 ? "none" : each.join(", ");
}

// src/commands/build.ts
/** How long a smoke test may take, in milliseconds; emulated programs are several times slower. */
const smokeTestMs = {
	native: 3e5,
	cross: 3e5,
	emulate: 9e5
};
/**
* One leg: builds one platform's image, checks it, runs the smoke test on the bytes that will be pushed, pushes the arch
* tag, reads back what the registry now holds, and makes the record.
*/
async function build(inputs, deps) {
	const { log, engine, github } = deps;
	const leg = legOf(inputs, github);
	refuseSmokeTest(inputs, engine);
	const host = await engine.host();
	const platform = inputs.platform ?? host.platform;
	const target = {
		image: leg.image,
		tag: leg.archTag(platform)
	};
	const asked = inputs.mode ?? (engine.capabilities.source === "files" ? "cross" : "native");
	const { mode, note } = await engine.preflight(platform, asked);
	log.info(`${host.label} builds ${formatPlatform(platform)}: ${note}`);
	const watch = stopwatch(deps.now);
	const built = await log.group(`Building ${formatPlatform(platform)} with ${host.label}`, async () => watch.time("build", async () => engine.build(buildRequest(inputs, {
		platform,
		mode,
		source: engine.capabilities.source,
		tag: leg.tag,
		github
	}))));
	try {
		await checkPlatform(engine, built, platform);
		await smokeTest(inputs, deps, built, platform, mode, watch);
		const withheld = whyNotPush(inputs, github);
		if (withheld !== void 0) log.info(`not pushed: ${withheld}`);
		const pushed = withheld === void 0 ? await log.group(`Pushing ${target.image.name}:${target.tag}`, async () => watch.time("push", async () => pushAndReadBack(engine, built, platform, target, deps))) : void 0;
		const content = pushed && await checkPushed(inputs, deps, pushed, platform, target);
		const { seconds } = watch;
		return buildResult({
			target,
			platform,
			mode,
			host,
			built,
			pushed,
			content,
			withheld,
			github,
			seconds
		});
	} finally {
		await engine.remove(built);
	}
}
/** Where the leg's image goes: known before anything is built. */
function legOf(inputs, github) {
	const [target] = targetsOf(inputs.images, inputs.tags);
	if (target === void 0) throw new CodedError("E_INPUT", "images is not set, and build needs it", { hint: "set images" });
	if (inputs["arch-tag"] === "none") throw new CodedError("E_UNSUPPORTED", "arch-tag none is not supported by this version", { hint: "let each leg push a tag; {tag}-{arch} is the default" });
	const tag = firstTag(inputs.tags) ?? "latest";
	return {
		image: target.image,
		tag,
		archTag: (platform) => archTag(inputs["arch-tag"], {
			tag,
			finalTags: target.tags,
			platform,
			sha: github.sha,
			run: github.runId,
			attempt: github.runAttempt?.toString()
		})
	};
}
/** The machine of the programs in the layers, read from where they were pushed to: the leg's word for the fan-in. */
async function checkPushed(inputs, { log, registry }, { image }, platform, target) {
	const origin = `${target.image.name}:${target.tag}`;
	return log.group(`Checking the programs in ${origin}`, async () => contentWord({
		image,
		platform,
		origin
	}, {
		allowForeign: inputs["allow-foreign"],
		open: (layer) => registry.getBlob(target.image, layer),
		log
	}));
}
async function checkPlatform(engine, built, platform) {
	const found = await engine.platformOf(built);
	if (samePlatform(found, platform)) return;
	throw new CodedError("E_PLATFORM_MISMATCH", `${formatPlatform(platform)} was to be built, the image's config says ${formatPlatform(found)}`, { hint: "a FROM line may name a platform of its own (FROM --platform=...); nothing was pushed" });
}
/** @throws E_UNSUPPORTED before an hour was spent on the build. */
function refuseSmokeTest(inputs, engine) {
	if (inputs["smoke-test"] === void 0 || engine.capabilities.smokeTest) return;
	throw new CodedError("E_UNSUPPORTED", `engine ${engine.name} can't run a smoke test`, { hint: "leave smoke-test out, or build with docker, podman or buildah" });
}
async function smokeTest(inputs, { log, engine }, built, platform, mode, watch) {
	const command = inputs["smoke-test"];
	if (command === void 0) return;
	await log.group(`Smoke test${mode === "emulate" ? " (emulated)" : ""}`, async () => watch.time("smoke-test", async () => engine.run(built, {
		command,
		platform,
		timeoutMs: smokeTestMs[mode]
	})));
}
/** Why nothing is pushed; `undefined` where it is. */
function whyNotPush(inputs, github) {
	if (inputs["dry-run"]) return "dry-run is set";
	if (inputs.push === false) return "push is false";
	if (inputs.push === "auto" && isPullRequest(github)) return `push is auto, and the event is ${github.eventName ?? ""}`;
}
function stopwatch(now) {
	const seconds = {};
	return {
		seconds,
		time: async (phase, work) => {
			const start = now();
			const done = await work();
			seconds[phase] = Math.round((now() - start) / 100) / 10;
			return done;
		}
	};
}

export { build };