// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { o as healthCommand, t as smokeTestArguments, v as relation } from "./engines-smoke-smoke.js";
import { n as errorLine, t as CodedError } from "./errors.js";

// src/commands/build-smoke.ts
/** How long a smoke test may take, in milliseconds; emulated programs are several times slower. */
const smokeTestMs = {
	native: 3e5,
	cross: 3e5,
	emulate: 9e5
};
/** @throws E_UNSUPPORTED, E_INPUT before an hour was spent on the build. */
function refuseSmokeTest({ smokeTest, smokeTestUrl }, engine) {
	if (smokeTest !== void 0) smokeTestArguments(smokeTest);
	if (!(smokeTest !== void 0 || asksUrl({ smokeTestUrl })) || engine.capabilities.smokeTest) return;
	const input = smokeTest === void 0 ? "smoke-test-url" : "smoke-test";
	throw new CodedError("E_UNSUPPORTED", `engine ${engine.name} can't run a smoke test`, { hint: `leave ${input} out, or build with docker, podman or buildah` });
}
/** Whether what was asked for goes here, before anything is built. @throws E_UNSUPPORTED, E_HOST_MISMATCH */
async function checkSmokeTest(asked, platform, engine) {
	if (asked.smokeTest !== void 0) await engine.checkRun?.(platform);
	if (asksUrl(asked)) await engine.checkServe?.(platform);
}
function asksUrl({ smokeTestUrl }) {
	return smokeTestUrl !== void 0 && smokeTestUrl !== "none";
}
/** Whether the leg was told to run something of the image. */
function wantsSmokeTest(asked) {
	return asked.smokeTest !== void 0 || asksUrl(asked);
}
/** What was asked for; and of an image with a HEALTHCHECK that, unless a URL was given, or `none`. */
function smokeTestsOf({ smokeTest, smokeTestUrl: url }, config) {
	const { healthcheck, shell } = config;
	const command = healthcheck && healthCommand(healthcheck, shell);
	if (url !== void 0 && url !== "none") return {
		command: smokeTest,
		service: {
			kind: "url",
			url
		}
	};
	return {
		command: smokeTest,
		service: url === "none" || healthcheck === void 0 || command === void 0 ? void 0 : {
			kind: "healthcheck",
			healthcheck,
			command
		}
	};
}
/** Runs them, on the bytes that will be pushed. @throws E_SMOKE_TEST, E_ENGINE, E_UNSUPPORTED */
async function runSmokeTests(leg, built, { command, service }, config, log) {
	const { engine, host, platform, mode, planned } = leg;
	const how = relation(platform, host.platform) === "foreign" ? "emulate" : mode;
	const isEmulated = how === "emulate";
	const note = isEmulated ? " (emulated)" : "";
	const timeoutMs = Math.min(smokeTestMs[how], planned.timeoutMs ?? Infinity);
	if (command !== void 0) await log.group(`Smoke test${note}`, async () => engine.run(built, {
		command,
		platform,
		timeoutMs
	}));
	if (service === void 0 || !await canServe(engine, service, platform, log)) return;
	const title = service.kind === "url" ? `Smoke test: ${service.url.text}` : "Smoke test: HEALTHCHECK of the image";
	const own = [...config.entrypoint ?? [], ...config.cmd ?? []];
	await log.group(`${title}${note}`, async () => engine.serve?.(built, {
		platform,
		timeoutMs,
		isEmulated,
		ask: service,
		command: own
	}));
}
/** A HEALTHCHECK that nobody asked to be run is not worth a failure where this host can't run it. */
async function canServe(engine, { kind }, platform, log) {
	if (kind === "url") return true;
	const skipped = (why) => {
		log.warning(`the HEALTHCHECK of the image was not run: ${why}`);
		return false;
	};
	if (engine.serve === void 0) return skipped(`engine ${engine.name} can't run images`);
	try {
		await engine.checkServe?.(platform);
		return true;
	} catch (error) {
		if (error instanceof CodedError && ["E_UNSUPPORTED", "E_HOST_MISMATCH"].includes(error.code)) return skipped(errorLine(error));
		throw error;
	}
}

export { smokeTestsOf as a, smokeTestMs as i, refuseSmokeTest as n, wantsSmokeTest as o, runSmokeTests as r, checkSmokeTest as t };