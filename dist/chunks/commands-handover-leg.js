// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as errorLine, o as show, t as CodedError } from "./errors.js";
import { a as handoverWay, c as recordFileName, n as pushRecord, o as artifactName } from "./commands-handover-registry.js";
import { i as recordToJson, t as maxRecordBytes } from "./handover-record.js";
import { n as formatPlatform } from "./platform-platform.js";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

// src/handover/artifact-upload.ts
/** Failed jobs can be run again for so long. https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs */
const keptDays = 30;
const waitsMs = [
	2e3,
	5e3,
	15e3
];
const longestTryMs = 12e4;
/**
* Makes an artifact that holds the record and nothing else. @actions/artifact tries again what the service refuses for now,
* and gives up at once where the connection breaks: that is tried again here, under another name, since a name that the
* service may have seen is spent.
* @param nameOf the name of a try, the first of which is 1
* @returns the name that it stands under
* @throws E_GITHUB when it is not there after all tries
*/
async function uploadRecord(record, nameOf, { log, sleep, scratch, retentionDays, signal, tryMs = longestTryMs }) {
	const folder = join(await scratch(), "handover");
	const file = join(folder, recordFileName);
	await mkdir(folder, { recursive: true });
	await writeFile(file, record);
	const { DefaultArtifactClient } = await import("./artifact.js");
	const kept = Math.min(keptDays, /^[1-9]\d{0,3}$/u.test(retentionDays ?? "") ? Number(retentionDays) : keptDays);
	for (let upload = 1;; upload += 1) {
		signal.throwIfAborted();
		const name = nameOf(upload);
		try {
			await withoutStdout(log, async () => unlessAborted(AbortSignal.any([signal, AbortSignal.timeout(tryMs)]), new DefaultArtifactClient().uploadArtifact(name, [file], folder, { retentionDays: kept })));
			return name;
		} catch (error) {
			signal.throwIfAborted();
			const isSilent = error instanceof DOMException && error.name === "TimeoutError";
			const said = error instanceof Error ? error.message : String(error);
			const why = isSilent ? `no answer within ${tryMs / 1e3} s` : show(said, 300);
			const wait = isSilent && upload > 1 ? void 0 : waitsMs[upload - 1];
			if (wait === void 0 || isFinal(why)) throw notUploaded(name, why, error);
			log.info(`artifact ${name} was not made: ${why}; trying again in ${wait / 1e3} s`);
			await sleep(wait);
		}
	}
}
/** The package can't be stopped; what it is still doing ends with the process. */
async function unlessAborted(signal, work) {
	let stop = () => void 0;
	const aborted = new Promise((_, reject) => {
		stop = () => {
			reject(signal.reason);
		};
	});
	signal.addEventListener("abort", stop, { once: true });
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener("abort", stop);
	}
}
/** A token that is not taken, and a storage that is full, are the same next time; and five attempts are enough. */
function isFinal(why) {
	return /\((?:400|401|403|404)\)|storage quota|after \d+ attempts/iu.test(why);
}
function notUploaded(name, why, cause) {
	return new CodedError("E_GITHUB", `the record can't be handed over as artifact ${name}: ${why}`, {
		hint: "see https://www.githubstatus.com and run this leg again, or let handover be registry in all legs and in the merge",
		cause
	});
}
/**
* @actions/artifact talks on stdout, where a command's own result goes. Its words are detail for us, told when it has
* ended, since a log may write to stdout too; what it wants to be masked is masked first.
*/
async function withoutStdout(log, work) {
	const { stdout } = process;
	const write = stdout.write.bind(stdout);
	const words = [];
	stdout.write = (chunk) => {
		words.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
		return true;
	};
	try {
		return await work();
	} finally {
		stdout.write = write;
		tell(words.join("").split(/\r?\n/u), log);
	}
}
const maskCommand = "::add-mask::";
function tell(lines, log) {
	for (const line of lines.filter((each) => each.startsWith(maskCommand))) log.secret(decoded(line.slice(12)));
	for (const line of lines.filter((each) => each !== "" && !each.startsWith(maskCommand))) log.debug(`@actions/artifact: ${show(line, 500)}`);
}
/** As the runner reads a command's data. https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function decoded(data) {
	return data.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

// src/commands/handover-leg.ts
/**
* The way from a leg to the fan-in, known before anything is built.
* @throws E_UNSUPPORTED where artifacts were asked for and there is no service for them
*/
function legHandover(asked, deps) {
	const way = handoverWay(asked, deps.env);
	switch (way.way) {
		case "none": return async () => Promise.resolve();
		case "registry":
			if (deps.byDigest === true && way.why !== void 0) deps.log.warning(`arch-tag is none and ${way.why}: merge finds this leg only if its input records names what the output record of this one says`);
			return async (leg) => throughRegistry(leg, way.why, deps);
		case "artifact": return async (leg) => {
			try {
				await asArtifact(leg, way.service, way.why, deps);
			} catch (error) {
				if (asked !== "auto" || !(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
				const instead = leg.pushed === void 0 ? "nothing else holds it, as nothing was pushed" : "the registry is used instead";
				deps.log.warning(`${error.code}: ${error.message}; ${instead}`);
				await throughRegistry(leg, void 0, deps);
			}
		};
	}
}
async function asArtifact({ record, tag }, { job }, why, deps) {
	const { platform, image } = record;
	const attempt = record.run?.attempt ?? 1;
	const list = {
		image,
		tag
	};
	const bytes = recordBytes({
		...record,
		run: {
			...record.run,
			attempt,
			job
		}
	});
	const name = await deps.log.group(`Handing over the record of ${formatPlatform(platform)}`, async () => uploadRecord(bytes, (upload) => artifactName(list, platform, attempt, upload), deps));
	deps.log.info(`the record is handed over as artifact ${name}${because(why)}`);
}
async function throughRegistry({ record, pushed }, why, { log, registry }) {
	const platform = formatPlatform(record.platform);
	if (pushed === void 0) {
		log.info(`nothing is handed over for ${platform}, as nothing was pushed${because(why)}`);
		return;
	}
	try {
		const digest = await pushRecord(registry, record.image, pushed, recordBytes(record), log);
		const says = record.tag === void 0 ? `${record.image.name}@${pushed.digest} has its record ${digest} beside it, and no tag: merge needs it in records` : `${record.image.name}:${record.tag} is handed over, with its record ${digest} beside it`;
		log.info(`${says}${because(why)}`);
	} catch (error) {
		if (!(error instanceof CodedError) || error.code === "E_CANCELLED") throw error;
		log.warning(`${errorLine(error)}. The arch tag of ${platform} is handed over without its record, so that check: content reads the layers again`);
	}
}
/** @throws E_RECORD for one that no merge would read */
function recordBytes(record) {
	const bytes = Buffer.from(JSON.stringify(recordToJson(record)));
	if (bytes.length <= 16384) return bytes;
	throw new CodedError("E_RECORD", `the record has ${bytes.length} bytes, more than ${maxRecordBytes}`, { hint: "let handover be none, and name the image in records" });
}
function because(why) {
	return why === void 0 ? "" : ` (${why})`;
}

export { legHandover };