// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as settleAll, r as joinErrors, t as CodedError } from "./errors.js";
import { t as formatReference } from "./oci-reference.js";
import { n as formatPlatform } from "./platform-platform.js";
import { b as expandSource, d as checkImagePlatform, h as checkPlatformSet, l as factsMarkdown, p as configDifferences, u as factsText, x as imageSize, y as repositoryReader } from "./verify-content-word.js";
import { n as platformsMarkdown, r as platformsText, t as platformJson } from "./report-platforms.js";
import { t as candidates } from "./verify-candidates.js";
import { t as checkContents } from "./commands-content-check.js";
import { n as readManifests, t as lookedAt } from "./commands-look.js";

// src/commands/verify.ts
/**
* Checks what is published: that all references lead to one list, that it holds exactly the platforms expected, and that
* each entry's bytes and config are what the list says.
* @throws everything that is wrong, at once
*/
async function verify(inputs, deps) {
	const { log, registry } = deps;
	const lists = await log.group("Reading what is published", async () => readManifests(lookedAt(inputs), registry));
	const sources = await settleAll(lists.map(async (list) => expandSource(repositoryReader(registry, list.repository), list.manifest, list.name)));
	const errors = [...disagreements(lists), ...sources.flatMap((source, index) => checkList(source, lists[index]?.name ?? "", inputs))];
	if (errors.length > 0) throw joinErrors(errors);
	for (const warning of sources.flatMap((source) => configDifferences(source.images))) log.warning(warning);
	const [list] = lists;
	const [source] = sources;
	if (list === void 0 || source === void 0) throw new TypeError("verify looks at one reference at least");
	const contents = await checkContents(source.images.map((image) => ({
		image,
		platform: image.platform,
		origin: `${formatPlatform(image.platform)} of ${list.name}`
	})), {
		check: inputs.check,
		allowForeign: inputs["allow-foreign"],
		open: (layer) => registry.getBlob(list.repository, layer),
		by: "verify",
		log
	});
	return result(lists, source.images.map((image) => platformReport(image, contents.get(image.descriptor.digest))), inputs.check);
}
function platformReport(image, content) {
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
		checks: content === void 0 ? [config] : [config, content]
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
		...checkPlatformSet(wanted, found, name, inputs["allow-extra"]),
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