// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";

// src/engines/support.ts
/** The engines, and the two builders inside of Docker Engine, which can't do the same things. */
const dialects = [
	"buildx",
	"docker",
	"docker-classic",
	"podman",
	"buildah",
	"assemble"
];
const noDockerfile = { no: "it reads no Dockerfile" };
const dockersFormat = { no: "its images are of Docker's format, which has none" };
const onlyDocker = { no: "its images are of Docker's format" };
const oneStore = { no: "its images go into Docker's own store, which has none" };
const noAttestations = { no: "it makes no attestations" };
const builtIn = { no: "the classic builder has none" };
/** Of every input that a build may be given: which engine can honour it. docs/engines.md is made from this table. */
const supportTable = {
	target: everywhere("yes"),
	"build-args": everywhere("yes"),
	labels: {
		...everywhere("yes"),
		assemble: "yes"
	},
	network: everywhere("yes"),
	annotations: row({ since: "0.12" }, dockersFormat, dockersFormat, "yes", "yes", "yes"),
	"build-contexts": row("yes", { since: "23.0" }, builtIn, { since: "4.2" }, { since: "1.27" }),
	"build-contexts docker-image://": row("yes", { since: "23.0" }, builtIn, { since: "4.2" }, { since: "1.27" }),
	"build-contexts oci-layout://": row("yes", { since: "23.0" }, builtIn, { no: "it takes folders and images" }, { no: "it takes folders and images" }),
	secrets: row("yes", "yes", builtIn, { since: "4.0" }, { since: "1.24" }),
	ssh: row("yes", "yes", builtIn, { since: "3.4" }, { since: "1.23" }),
	"cache-from type=registry": row("yes", "yes", { no: "the classic builder looks at images that are here already" }, { since: "4.2" }, { since: "1.27" }),
	"cache-from type=local": cacheOfBuildKit(),
	"cache-from type=gha": cacheOfBuildKit(),
	"cache-from of another type": cacheOfBuildKit(),
	"cache-to type=registry": row("yes", oneStore, builtIn, { since: "4.2" }, { since: "1.27" }),
	"cache-to type=inline": row("yes", "yes", builtIn, { no: "it keeps its cache in a repository: type=registry" }, { no: "it keeps its cache in a repository: type=registry" }),
	"cache-to type=local": cacheOfBuildKit(),
	"cache-to type=gha": cacheOfBuildKit(),
	"cache-to of another type": cacheOfBuildKit(),
	"no-cache": everywhere("yes"),
	pull: everywhere("yes"),
	"add-hosts": everywhere("yes"),
	"shm-size": row("yes", { since: "23.0" }, "yes", "yes", "yes"),
	ulimit: row("yes", { since: "23.0" }, "yes", "yes", "yes"),
	provenance: row("yes", oneStore, builtIn, noAttestations, noAttestations),
	sbom: row("yes", oneStore, builtIn, noAttestations, noAttestations),
	outputs: row({ since: "0.13" }, { no: "it makes one image, and no other form of it" }, builtIn, "yes", "yes"),
	"extra-args": everywhere("yes"),
	"format: oci": row("yes", onlyDocker, onlyDocker, "yes", "yes", "yes"),
	"format: docker": row("yes", "yes", "yes", "yes", "yes", "yes")
};
/** In the order of {@link dialects}. */
function row(buildx, docker, classic, podman, buildah, assemble = noDockerfile) {
	return {
		buildx,
		docker,
		"docker-classic": classic,
		podman,
		buildah,
		assemble
	};
}
/** The same for every engine that reads Dockerfiles. */
function everywhere(support) {
	return row(support, support, support, support, support);
}
function cacheOfBuildKit() {
	const repository = { no: "it keeps its cache in a repository: type=registry" };
	return row("yes", oneStore, builtIn, repository, repository);
}
/** Which of the options in {@link supportTable} a request makes use of. */
function askedOptions({ source, labels }) {
	const { annotations, format } = source;
	const asked = {
		labels: isGiven(labels),
		annotations: isGiven(annotations),
		"format: oci": format === "oci",
		"format: docker": format === "docker",
		...source.kind === "dockerfile" && askedOfDockerfile(source)
	};
	return Object.keys(supportTable).filter((option) => asked[option] === true);
}
function askedOfDockerfile(source) {
	const contexts = Object.values(source.buildContexts ?? {});
	return {
		target: isGiven(source.target),
		"build-args": isGiven(source.buildArgs),
		network: isGiven(source.network),
		"build-contexts": contexts.some((context) => !context.includes("://")),
		"build-contexts docker-image://": contexts.some((context) => context.startsWith("docker-image://")),
		"build-contexts oci-layout://": contexts.some((context) => context.startsWith("oci-layout://")),
		secrets: isGiven(source.secrets),
		ssh: isGiven(source.ssh),
		...askedCaches("cache-from", source.cacheFrom),
		...askedCaches("cache-to", source.cacheTo),
		"no-cache": source.noCache === true,
		pull: source.pull === true,
		"add-hosts": isGiven(source.addHosts),
		"shm-size": isGiven(source.shmSize),
		ulimit: isGiven(source.ulimit),
		provenance: isGiven(source.provenance),
		sbom: isGiven(source.sbom),
		outputs: isGiven(source.outputs),
		"extra-args": isGiven(source.extraArgs)
	};
}
function askedCaches(option, caches = []) {
	return Object.fromEntries(caches.map(({ type }) => {
		const key = `${option} type=${type}`;
		return [Object.hasOwn(supportTable, key) ? key : `${option} of another type`, true];
	}));
}
function isGiven(value) {
	if (value === void 0 || value === "") return false;
	return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}
/**
* Refuses what the engine can't honour, before anything is built.
* @param version the engine's, as it says it
* @returns one error for each option, E_UNSUPPORTED, that names the engines which can
*/
function unsupportedOptions(asked, dialect, version) {
	return asked.flatMap((option) => {
		const why = whyNot(supportTable[option][dialect], version);
		if (why === void 0) return [];
		const others = enginesWith(option, dialect);
		return [new CodedError("E_UNSUPPORTED", `${option} can't be honoured by ${`${dialect === "docker-classic" ? "docker without BuildKit," : dialect} ${version}`.trim()}: ${why}`, { hint: others.length === 0 ? `leave ${option} out` : `leave it out, or use an engine that can: ${others.join(", ")}` })];
	});
}
/** By the names that `engine` takes. Which builder is inside of a Docker Engine nobody can choose by such a name. */
function enginesWith(option, dialect) {
	return dialects.flatMap((one) => {
		const support = supportTable[option][one];
		if (one === "docker-classic" || support !== "yes" && "no" in support) return [];
		if (one === "docker" && dialect === "docker-classic") return ["docker with its buildx plugin"];
		return [one === dialect && support !== "yes" ? `${one} ${support.since} or newer` : one];
	});
}
function whyNot(support, version) {
	if (support === "yes") return void 0;
	if ("no" in support) return support.no;
	return isAtLeast(version, support.since) ? void 0 : `it came with ${support.since}`;
}
/** Dotted numbers; what follows them (`-rc1`, `+dfsg1`) does not count. A build that says no version is taken for a new one. */
function isAtLeast(version, wanted) {
	if (version === "unknown") return true;
	const numbers = (text) => (/^v?(\d+(?:\.\d+)*)/u.exec(text)?.[1] ?? "0").split(".").map(Number);
	const have = numbers(version);
	for (const [index, number] of numbers(wanted).entries()) {
		const ours = have[index] ?? 0;
		if (ours !== number) return ours > number;
	}
	return true;
}

export { isAtLeast as n, unsupportedOptions as r, askedOptions as t };