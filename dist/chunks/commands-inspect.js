// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, n as errorLine, s as toCodedError, t as CodedError } from "./errors.js";
import { t as isLayout } from "./oci-layout-reference.js";
import { i as parseManifest, n as isAttestation } from "./oci-manifest.js";
import { _ as configDifferences, a as factsText, c as LayerStore, f as readContent, h as checkImagePlatform, i as factsMarkdown, m as judgeContent, s as wordOf, t as formatBytes, y as checkPlatformSet } from "./report-format.js";
import { n as imageSize, r as otherKinds, t as expandSource } from "./verify-source.js";
import { n as formatPlatform, o as platformOfJson } from "./platform-platform.js";
import { t as formatReference } from "./oci-reference.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { t as textTable } from "./report-text-table.js";
import { r as indexMediaTypes } from "./oci-media-types.js";
import { t as candidates } from "./verify-candidates.js";
import { n as readManifests, t as lookedAt } from "./commands-look.js";
import { t as repositoryReader } from "./commands-repository-reader.js";

// src/commands/inspect-machines.ts
/**
* Reads the layers of all images, if they are small enough that a look is worth it, and says what is started there. Nothing
* that is found wrong is an error: it is told.
*/
async function readMachines(images, open, { stored = Infinity, inflated }) {
	const total = [...new Map(images.flatMap(({ manifest }) => manifest.layers.map((layer) => [layer.digest, layer.size]))).values()].reduce((sum, size) => sum + size, 0);
	if (total > stored) {
		const unread = `not read: the layers have ${formatBytes(total)}, and inspect reads ${formatBytes(stored)} at most, unless content-limit is set`;
		return {
			byImage: /* @__PURE__ */ new Map(),
			warnings: [],
			unread
		};
	}
	const store = new LayerStore(open, inflated);
	const byImage = /* @__PURE__ */ new Map();
	const warnings = [];
	await Promise.all(images.map(async (image) => {
		const origin = formatPlatform(image.platform);
		try {
			const content = await readContent(image, store, () => false);
			const { entrypoint } = wordOf(content);
			if (entrypoint !== void 0) byImage.set(image.descriptor.digest, entrypoint);
			const verdict = judgeContent(image.platform, content, origin);
			warnings.push(...verdict.errors.map(({ message }) => message), ...verdict.warnings);
		} catch (error) {
			warnings.push(`the layers of ${origin} can't be read: ${errorLine(toCodedError(error))}`);
		}
	}));
	return {
		byImage,
		warnings,
		unread: void 0
	};
}

// src/report/inspection.ts
const longestCommand = 48;
const columns = [
	{
		title: "Platform",
		value: (row) => row.platform,
		code: true
	},
	{
		title: "Digest",
		value: (row) => row.digest,
		code: true
	},
	{
		title: "Size",
		value: (row) => formatBytes(row.size)
	},
	{
		title: "Layers",
		value: (row) => row.layers?.toString()
	},
	{
		title: "Created",
		value: (row) => row.created
	},
	{
		title: "Attestations",
		value: (row) => row.attestations?.toString()
	},
	{
		title: "Entry point",
		value: (row) => row.starts && shortened(row.starts),
		rare: true
	},
	{
		title: "Machine",
		value: (row) => row.machine,
		rare: true
	},
	{
		title: "Kind",
		value: (row) => row.kind,
		rare: true
	}
];
/** The table of `inspect`, for a step summary. */
function inspectionMarkdown(rows) {
	const shown = shownColumns(rows);
	return markdownTable(shown.map(({ title }) => title), rows.map((row) => shown.map((column) => (column.code ? code : escapeMarkdown)(column.value(row) ?? "-"))));
}
/** The same for a terminal, with whole digests: they are there to be copied. */
function inspectionText(rows) {
	const shown = shownColumns(rows);
	return textTable(shown.map(({ title }) => title.toUpperCase()), rows.map((row) => shown.map((column) => column.value(row) ?? "-")));
}
function shownColumns(rows) {
	return columns.filter((column) => column.rare === void 0 || rows.some((row) => column.value(row) !== void 0));
}
function shortened(command) {
	return command.length > longestCommand ? `${command.slice(0, longestCommand)}…` : command;
}

// src/commands/inspect-result.ts
/** The annotation that says what kind of statement a layer of an attestation is. */
const predicateType = "in-toto.io/predicate-type";
/** What inspect tells, for programs and for people. */
function inspectResult(inspected) {
	const images = inspected.map(imageReport);
	return {
		outputs: { report: {
			platforms: images.flatMap((image) => image.platforms),
			images
		} },
		text: inspected.map((each) => `${factsText(facts(each))}\n${inspectionText(rows(each))}`).join("\n"),
		summary: inspected.map((each) => `${factsMarkdown(each.list.name, facts(each))}\n${inspectionMarkdown(rows(each))}`).join("\n")
	};
}
function rows({ source, machines }) {
	return [...source.images.map((image) => ({
		platform: formatPlatform(image.platform),
		digest: image.descriptor.digest,
		size: imageSize(image),
		layers: image.manifest.layers.length,
		created: image.config.created,
		attestations: attestationsOf(image, source.attestations).length,
		starts: startOf(image),
		machine: machines.byImage.get(image.descriptor.digest)
	})), ...source.others.map(({ descriptor }) => ({
		platform: otherPlatform(descriptor),
		digest: descriptor.digest,
		size: descriptor.size,
		kind: descriptor.artifactType ?? descriptor.mediaType
	}))];
}
function otherPlatform({ platform }) {
	if (platform === void 0) return "-";
	const { os, architecture } = platform;
	return os === "" || architecture === "" ? "-" : formatPlatform(platformOfJson(platform));
}
function startOf({ config: { entrypoint = [], cmd = [] } }) {
	const words = [...entrypoint, ...cmd];
	return words.length === 0 ? void 0 : words.join(" ");
}
function attestationsOf(image, attestations) {
	return attestations.filter(({ subject }) => subject === image.descriptor.digest).map(({ descriptor, bytes }) => {
		const parsed = parseManifest(bytes);
		const predicates = (parsed.kind === "image" ? parsed.layers : []).flatMap(({ annotations }) => annotations?.[predicateType] ?? []);
		return {
			digest: descriptor.digest,
			predicates
		};
	});
}
function facts({ list, source, machines, warnings }) {
	const annotations = Object.entries(source.index?.annotations ?? {}).map(([key, value]) => `${key}=${value}`);
	const attested = source.images.flatMap((image) => attestationsOf(image, source.attestations).flatMap(({ predicates }) => predicates.map((predicate) => `${formatPlatform(image.platform)}: ${predicate}`)));
	const optional = [
		["annotations", annotations],
		["attestations", attested],
		["machines", machines.unread === void 0 ? [] : [machines.unread]],
		["warnings", warnings]
	];
	return [
		["references", list.references.map(formatReference)],
		["digest", list.manifest.digest],
		["media type", list.manifest.mediaType],
		["platforms", String(source.images.length)],
		...optional.filter(([, values]) => values.length > 0)
	];
}
function imageReport({ list, source, machines, warnings }) {
	return {
		references: list.references.map(formatReference),
		digest: list.manifest.digest,
		mediaType: list.manifest.mediaType,
		size: list.manifest.bytes.length,
		annotations: { ...source.index?.annotations },
		platforms: source.images.map((image) => {
			const { config, descriptor, manifest } = image;
			const attestations = attestationsOf(image, source.attestations);
			return {
				platform: formatPlatform(image.platform),
				digest: descriptor.digest,
				mediaType: descriptor.mediaType,
				size: imageSize(image),
				mode: null,
				engine: null,
				runner: null,
				layers: manifest.layers.length,
				created: config.created ?? null,
				entrypoint: config.entrypoint ?? [],
				command: config.cmd ?? [],
				machine: machines.byImage.get(descriptor.digest) ?? null,
				annotations: { ...descriptor.annotations },
				attestations: attestations.length,
				attested: attestations.map((each) => ({ ...each })),
				checks: []
			};
		}),
		others: source.others.map(({ descriptor, problem }) => ({
			digest: descriptor.digest,
			mediaType: descriptor.mediaType,
			size: descriptor.size,
			artifactType: descriptor.artifactType ?? null,
			platform: otherPlatform(descriptor),
			problem: problem.message
		})),
		warnings: [...warnings]
	};
}

// src/commands/inspect-warnings.ts
/** What somebody who publishes this list would want to know, and what `verify` would refuse. */
function inspectionWarnings(source, name) {
	const { index, images, attestations, others } = source;
	const found = candidates({
		origin: name,
		claimed: void 0,
		index: "all"
	}, source);
	const listed = new Set(images.map(({ descriptor }) => descriptor.digest));
	return [
		...others.map(({ problem }) => problem.message),
		...images.flatMap((image) => checkImagePlatform(image, void 0, name)).map(({ message }) => message),
		...checkPlatformSet([], found, name, { allowExtra: true }).map(({ message }) => message),
		...attestations.filter(({ subject }) => !listed.has(subject)).map(({ descriptor, subject }) => `the attestation ${descriptor.digest} is about ${subject}, which is not in the list`),
		...index === void 0 ? [] : entryWarnings(index.mediaType, index.manifests),
		...configDifferences(images)
	];
}
function entryWarnings(mediaType, entries) {
	const isDocker = (type) => type.includes("docker");
	const strange = entries.filter((entry) => isDocker(entry.mediaType) !== isDocker(mediaType));
	const own = isDocker(mediaType) ? "Docker manifest list" : "OCI index";
	return [...strange.length === 0 ? [] : [`it is ${isDocker(mediaType) ? "a" : "an"} ${own} with ${strange.length} entries that are not; some registries and older engines stumble over that`], ...entries.filter((entry) => !isAttestation(entry)).flatMap(oneEntryWarnings)];
}
function oneEntryWarnings({ mediaType, digest, platform }) {
	if (indexMediaTypes.includes(mediaType)) return [`${digest} is an index within the index, which most engines do not look into`];
	if (platform === void 0) return [`${digest} is listed without a platform, so engines may take it for any`];
	const variant = platform.variant ?? "";
	return platform.architecture === "arm" && variant === "" ? [`${digest} is listed as arm without a variant, so nobody can tell whether it is v5, v6 or v7`] : [];
}

// src/commands/inspect.ts
/** Layers that are read without being asked, in compressed bytes for a whole list: seconds, where somebody is waiting. */
const maxLayerBytes = 64e6;
/** In a folder of this machine. */
const maxLocalBytes = 1e9;
/**
* Shows what references lead to: the platforms, sizes, layers, entry points and attestations of each, and what is odd about
* it; nothing is judged. With `raw`, the exact bytes.
*/
async function inspect(inputs, { registry }) {
	const lists = await readManifests(lookedAt(inputs), registry);
	if (inputs.raw) return raw(lists);
	return inspectResult(await settleAll(lists.map(async (list) => look(list, registry, inputs["content-limit"]))));
}
async function look(list, registry, limit) {
	const { repository, name } = list;
	const source = await wholeSource(list, repositoryReader(registry, repository));
	const machines = await readMachines(source.images, (layer) => registry.getBlob(repository, layer), limit === void 0 ? { stored: isLayout(repository) ? maxLocalBytes : maxLayerBytes } : { inflated: limit });
	return {
		list,
		source,
		machines,
		warnings: [...inspectionWarnings(source, name), ...machines.warnings]
	};
}
/** What is broken, missing or of an unknown kind is shown as what it is. */
const anythingListed = (error) => otherKinds(error) || error.code === "E_NOT_FOUND" || error.code === "E_DIGEST_MISMATCH";
async function wholeSource({ manifest, name }, reader) {
	try {
		return await expandSource(reader, manifest, name, anythingListed);
	} catch (error) {
		if (!(error instanceof CodedError) || !anythingListed(error)) throw error;
		const { mediaType, digest, bytes } = manifest;
		const { artifactType } = parseManifest(manifest);
		return {
			manifest,
			index: void 0,
			images: [],
			attestations: [],
			others: [{
				descriptor: {
					mediaType,
					digest,
					size: bytes.length,
					...artifactType !== void 0 && { artifactType }
				},
				problem: error
			}]
		};
	}
}
/** @throws E_INPUT for references that lead to different bytes: there is only one stdout. */
function raw(lists) {
	const [list, ...others] = lists;
	if (list === void 0 || others.length > 0) throw new CodedError("E_INPUT", `raw was asked for, and the references lead to ${lists.length} different manifests`, { hint: "give one reference" });
	const text = Buffer.from(list.manifest.bytes).toString("utf8");
	const { digest, mediaType } = list.manifest;
	return {
		outputs: { report: {
			digest,
			mediaType,
			raw: text,
			platforms: []
		} },
		text,
		exact: true,
		summary: factsMarkdown(list.name, [["digest", digest], ["media type", mediaType]])
	};
}

export { inspect };