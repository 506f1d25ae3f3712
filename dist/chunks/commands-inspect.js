// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, t as CodedError } from "./errors.js";
import { t as formatReference } from "./oci-reference.js";
import { n as formatPlatform } from "./platform-platform.js";
import { a as factsText, c as expandSource, i as factsMarkdown, l as imageSize, s as repositoryReader, t as formatBytes } from "./report-format.js";
import { n as escapeMarkdown, r as markdownTable, t as code } from "./report-markdown.js";
import { t as textTable } from "./report-text-table.js";
import { n as readManifests, t as lookedAt } from "./commands-look.js";

// src/report/inspection.ts
const head = [
	"Platform",
	"Digest",
	"Size",
	"Layers",
	"Created",
	"Attestations"
];
/** The table of `inspect`, for a step summary. */
function inspectionMarkdown(rows) {
	return markdownTable(head, rows.map((row) => [
		code(row.platform),
		code(row.digest),
		...figures(row).map((cell) => escapeMarkdown(cell))
	]));
}
/** The same for a terminal, with whole digests: they are there to be copied. */
function inspectionText(rows) {
	return textTable(head.map((title) => title.toUpperCase()), rows.map((row) => [
		row.platform,
		row.digest,
		...figures(row)
	]));
}
function figures(row) {
	return [
		formatBytes(row.size),
		String(row.layers),
		row.created ?? "-",
		String(row.attestations)
	];
}

// src/commands/inspect.ts
/** Shows what references lead to: the platforms, sizes, layers and attestations of each; with `raw`, the exact bytes. */
async function inspect(inputs, { registry }) {
	const lists = await readManifests(lookedAt(inputs), registry);
	if (inputs.raw) return raw(lists);
	const inspected = await settleAll(lists.map(async (list) => {
		const source = await expandSource(repositoryReader(registry, list.repository), list.manifest, list.name);
		return {
			list,
			source,
			rows: source.images.map((image) => inspectedPlatform(image, source))
		};
	}));
	const images = inspected.map(imageReport);
	return {
		outputs: { report: {
			platforms: images.flatMap((image) => image.platforms),
			images
		} },
		text: inspected.map((each) => `${factsText(facts(each))}\n${inspectionText(each.rows)}`).join("\n"),
		summary: inspected.map((each) => `${factsMarkdown(each.list.name, facts(each))}\n${inspectionMarkdown(each.rows)}`).join("\n")
	};
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
function inspectedPlatform(image, source) {
	return {
		platform: formatPlatform(image.platform),
		digest: image.descriptor.digest,
		size: imageSize(image),
		layers: image.manifest.layers.length,
		created: image.config.created,
		attestations: source.attestations.filter(({ subject }) => subject === image.descriptor.digest).length
	};
}
function facts({ list, source, rows }) {
	const annotations = Object.entries(source.index?.annotations ?? {}).map(([key, value]) => `${key}=${value}`);
	return [
		["references", list.references.map(formatReference)],
		["digest", list.manifest.digest],
		["media type", list.manifest.mediaType],
		["platforms", String(rows.length)],
		...annotations.length > 0 ? [["annotations", annotations]] : []
	];
}
function imageReport({ list, source, rows }) {
	return {
		references: list.references.map(formatReference),
		digest: list.manifest.digest,
		mediaType: list.manifest.mediaType,
		size: list.manifest.bytes.length,
		annotations: { ...source.index?.annotations },
		platforms: rows.map(({ created, ...row }) => ({
			...row,
			created: created ?? null,
			checks: []
		}))
	};
}

export { inspect };