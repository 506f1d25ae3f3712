// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { a as lines, c as oneOf, d as unreadable, f as valueOf, i as exactText, l as quotedLines, n as boolean, o as list, p as splitList, r as eachItem, s as listOf, t as autoBoolean, u as text } from "./inputs-kinds.js";
import { a as imagePath, i as duration, l as time, n as byteLimit, o as pairs, r as certificate, s as readHost, t as archTagTemplate, u as words } from "./inputs-readers.js";
import { t as parsePlatform } from "./platform-platform.js";
import { i as quote, t as CodedError } from "./errors.js";
import { r as parseLayoutReference } from "./oci-layout-reference.js";
import { a as parseTag, i as parseRepository, r as parseReference, t as formatReference } from "./oci-reference.js";
import { a as isDigest } from "./oci-digest.js";
import { i as isYaml, o as parsePlatformList } from "./inputs-platform-list.js";

// src/inputs/commands.ts
/** Every command of the contract, in the order of a run. */
const commandNames = [
	"plan",
	"build",
	"merge",
	"verify",
	"inspect",
	"prune",
	"doctor"
];
/** Commands that the contract names and this version does not have, and what to do without them. */
const substitutes = {
	prune: "delete the arch tags by the registry's own means, and only where that leaves the images themselves",
	doctor: "run build: it says what its host lacks, with the cure"
};
const laterCommands = commandNames.filter((name) => name in substitutes);
/** E_UNSUPPORTED for one of {@link laterCommands}. */
function laterCommand(command) {
	return new CodedError("E_UNSUPPORTED", `the command ${command} is not supported by this version`, { hint: substitutes[command] ?? `the commands are ${commandNames.join(", ")}` });
}
/** One line on each, for help and docs. */
const commandDescriptions = {
	plan: "turn the platform table into a job matrix, with a runner and a mode for every platform",
	build: "build one platform's image, check and smoke-test it, push its arch tag, hand over a record",
	merge: "collect and check the platforms of a run, publish one manifest list, move the tags last",
	verify: "check what is published against the platforms that are expected",
	inspect: "show an index: platforms, sizes, layers and attestations; as a table, JSON or the raw bytes",
	prune: "remove the arch tags of a finished run (not in this version)",
	doctor: "say what this machine lacks to be a build leg (not in this version)"
};

// src/inputs/table/assemble.ts
/** `engine: assemble` alone uses these. */
const assembleInputs = {
	base: {
		kind: text,
		group: "Assemble",
		commands: ["build"],
		description: "With engine assemble: what the files are put on: scratch, a reference that has the platform, or oci:folder[:tag].",
		default: {
			text: "scratch",
			value: "scratch"
		}
	},
	files: {
		kind: lines,
		group: "Assemble",
		commands: ["build"],
		description: "With engine assemble: lines source:destination[:mode[:uid[:gid]]]. {os}, {arch} and {variant} are filled in; mode is octal. A destination that ends with a slash is a folder.",
		default: {
			text: "none",
			value: []
		}
	},
	entrypoint: {
		kind: words,
		group: "Assemble",
		commands: ["build"],
		description: "With engine assemble: the program, as words or as a JSON list. It takes the base's arguments away.",
		default: { text: "the base's" }
	},
	cmd: {
		kind: words,
		group: "Assemble",
		commands: ["build"],
		description: "With engine assemble: the program's default arguments, as words or as a JSON list.",
		default: { text: "the base's, unless entrypoint is given" }
	},
	env: {
		kind: lines,
		group: "Assemble",
		commands: ["build"],
		description: "With engine assemble: environment variables of the image, one NAME=value a line; they are added to the base's.",
		default: {
			text: "none",
			value: []
		}
	},
	workdir: {
		kind: imagePath,
		group: "Assemble",
		commands: ["build"],
		description: "With engine assemble: the folder that the program starts in.",
		default: { text: "the base's, else /" }
	},
	user: {
		kind: text,
		group: "Assemble",
		commands: ["build"],
		description: "With engine assemble: the user, or user:group, that the program runs as.",
		default: { text: "the base's, else root" }
	}
};

// src/inputs/source-image.ts
/** As engines take them: no option, no space, nothing that a shell or a terminal would understand. */
const localName = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$/u;
/**
* A local image's name or ID, `oci:folder[:tag]`, `oci-archive:file` or `docker-archive:file`, as skopeo writes them.
* @throws E_INPUT, E_REFERENCE
*/
function parseSourceImage(text) {
	const layout = parseLayoutReference(text);
	if (layout !== void 0) return {
		text,
		kind: "layout",
		reference: layout
	};
	const archive = /^(oci-archive|docker-archive):(.*)$/su.exec(text);
	if (archive?.[1] !== void 0) {
		const path = archive[2] ?? "";
		if (path === "" || path.includes("\0")) throw unreadable(`is ${quote(text)}, which names no file`, `write ${archive[1]}:out/image.tar`);
		return {
			text,
			kind: archive[1] === "oci-archive" ? "oci-archive" : "docker-archive",
			path
		};
	}
	if (localName.test(text)) return {
		text,
		kind: "local",
		name: text
	};
	throw unreadable(`is ${quote(text)}, which is no image`, "write a local image's name or ID, oci:folder[:tag], oci-archive:file or docker-archive:file");
}

// src/inputs/remote.ts
const schemes = [
	"ssh",
	"tcp",
	"unix",
	"docker-container",
	"podman-container",
	"kube-pod",
	"kubernetes"
];
/** `ssh://user@host`, `tcp://host:port`, `unix:///path`, `docker-container://name`, `kubernetes://namespace`. @throws E_INPUT */
function parseRemote(text) {
	const [, name, rest = ""] = /^([a-z-]+):\/\/(\S*)$/u.exec(text) ?? [];
	const scheme = schemes.find((one) => one === name);
	if (scheme === void 0) throw unreadable(`is ${quote(text, 120)}`, `write ${schemes.join("://, ")}://`);
	if (/^[^/@]*:[^/@]*@/u.test(rest)) throw unreadable("holds a password", "use a key and an SSH agent; certificates for tcp://");
	if (rest.startsWith("-") || /^[^/@]*@-/u.test(rest)) throw unreadable(`is ${quote(text, 120)}, whose host begins with "-"`, "check the address");
	if (rest === "" && scheme !== "kubernetes") throw unreadable(`is ${quote(text, 120)}, which names nothing`, "write the host, path or name behind ://");
	return {
		scheme,
		address: text
	};
}

// src/inputs/service-url.ts
const hosts = ["localhost", "127.0.0.1"];
const example = "write it as http://localhost:8080/health, with the port on which the service listens in its container";
/** `http://localhost:8080/health`, or `none`: not even a HEALTHCHECK is run. @throws E_INPUT */
function parseServiceUrl(text) {
	if (text === "none") return text;
	const url = URL.canParse(text) ? new URL(text) : void 0;
	if (url === void 0) throw unreadable(`is ${quote(text)}, which is no URL`, example);
	if (url.username !== "" || url.password !== "") throw unreadable("has a name or password in it", "ask a path that needs none");
	if (url.protocol !== "http:") throw unreadable(`is ${quote(text)}, and a service is asked over plain http only`, "give its port for plain HTTP; or let a HEALTHCHECK of the image ask it, which can speak anything");
	if (!hosts.includes(url.hostname)) throw unreadable(`asks ${quote(url.hostname)}, and the service is on localhost of its own network`, example);
	return {
		text,
		port: url.port === "" ? 80 : Number(url.port),
		path: `${url.pathname}${url.search}`,
		host: url.host
	};
}

// src/inputs/setup.ts
const form$1 = /^([a-z]+)@v?(\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z0-9.]{1,20})?)(?:\s+sha256:([0-9a-f]{64}))?$/u;
/** `buildx@0.30.1`, or `buildx@0.36.1 sha256:...`. @throws E_INPUT */
function parseSetup(text) {
	const [, tool, version, checksums] = form$1.exec(text) ?? [];
	if (tool === void 0 || version === void 0) throw unreadable(`is ${quote(text, 120)}`, "write buildx@0.30.1, or buildx@VERSION sha256:<SHA-256 of the checksums.txt of that release>");
	if (tool !== "buildx") throw unreadable(`names ${quote(tool)}`, "buildx is what can be installed");
	return {
		tool,
		version,
		...checksums !== void 0 && { checksums }
	};
}

// src/inputs/table/build.ts
/** One leg: what is built, how, and where it goes. */
const buildInputs = {
	platform: {
		kind: valueOf("platform", parsePlatform),
		group: "Build",
		commands: ["build"],
		requiredInWorkflow: ["build"],
		description: "The platform of this leg, such as linux/ppc64le. Several on one host: see platforms.",
		default: { text: "the engine's own in a shell; required in a workflow, unless platforms is set" }
	},
	engine: {
		kind: oneOf([
			"auto",
			"buildx",
			"docker",
			"podman",
			"buildah",
			"assemble"
		]),
		group: "Build",
		commands: ["build", "verify"],
		description: "What makes the image, and for verify what pulls and runs it. assemble needs no container engine: it puts files into layers.",
		default: {
			text: "auto: a BuildKit that was set up for buildx, else docker, podman or buildah, whichever first runs a program of the platform",
			value: "auto"
		}
	},
	remote: {
		kind: valueOf("address", parseRemote),
		group: "Build",
		commands: ["build"],
		description: "An engine elsewhere: ssh://user@host (docker, podman), tcp://host:port, unix:///path, docker-container://name, kube-pod://pod or kubernetes://namespace (buildx).",
		default: { text: "where the engine's own environment leads to" }
	},
	setup: {
		kind: valueOf("tool@version", parseSetup),
		group: "Build",
		commands: ["build"],
		description: "Install a tool first: buildx@0.30.1, whose checksums are known here; of another version, buildx@VERSION sha256:<SHA-256 of the checksums.txt of that release>.",
		default: { text: "nothing" }
	},
	mode: {
		kind: oneOf([
			"native",
			"emulate",
			"cross",
			"auto"
		]),
		group: "Build",
		commands: ["build"],
		description: "How the steps of the build run: native refuses a host of another architecture; emulate runs the programs of the target through QEMU; cross compiles in stages FROM --platform=$BUILDPLATFORM, or takes files compiled elsewhere (engine assemble); auto takes the first of these that goes here, and says which.",
		default: { text: "native; cross with engine assemble" }
	},
	context: {
		kind: text,
		group: "Build",
		commands: ["build"],
		description: "The folder that is built from, as it was checked out.",
		default: {
			text: "the current folder",
			value: "."
		}
	},
	file: {
		kind: text,
		group: "Build",
		commands: ["build"],
		description: "The Dockerfile.",
		default: { text: "Dockerfile in the context" }
	},
	target: {
		kind: text,
		group: "Build",
		commands: ["build"],
		description: "The stage that is built.",
		default: { text: "the last one" }
	},
	"build-args": {
		kind: pairs,
		group: "Build",
		commands: ["build"],
		description: "Build arguments, one NAME=value a line. They can be read in the image: no place for secrets.",
		default: {
			text: "none",
			value: {}
		}
	},
	labels: {
		kind: pairs,
		group: "Build",
		commands: ["build"],
		description: "Labels, one name=value a line. org.opencontainers.image.revision, .source and .version are added where they are known and not set.",
		default: {
			text: "none",
			value: {}
		}
	},
	network: {
		kind: text,
		group: "Build",
		commands: ["build"],
		description: "The network of the build's RUN steps: none, host, default, or the engine's own word.",
		default: { text: "the engine's" }
	},
	"source-image": {
		kind: valueOf("image", parseSourceImage),
		group: "Build",
		commands: ["build"],
		description: "Adopt an image that an earlier step made instead of building: a local image's name or ID, oci:folder[:tag], oci-archive:file or docker-archive:file. It is checked, tested and pushed like one that was built.",
		default: { text: "none: build" }
	},
	"smoke-test": {
		kind: text,
		group: "Build",
		commands: ["build", "verify"],
		description: "A command that is run in the image on this host, and has to end with 0. build runs it before anything is pushed; verify pulls every platform that this host can run, and says which it can not.",
		default: { text: "none" }
	},
	"smoke-test-url": {
		kind: valueOf("url", parseServiceUrl),
		group: "Build",
		commands: ["build"],
		description: "Start the image as a service, and ask http://localhost:8080/health until it answers with a status from 200 to 399: build does so before anything is pushed. The port is the container's own, whose network has nothing else in it. none: an image with a HEALTHCHECK is not started either.",
		default: { text: "the HEALTHCHECK of the image, if it has one" }
	},
	push: {
		kind: autoBoolean,
		group: "Build",
		commands: ["build"],
		description: "Whether the arch tag is pushed. auto does not push on pull-request events of any kind.",
		default: {
			text: "auto",
			value: "auto"
		}
	},
	"setup-emulation": {
		kind: boolean,
		group: "Build",
		commands: ["build"],
		description: "Install QEMU where this host lacks it for the platform: an interpreter on disk is registered, else the distribution has a package, else a pinned image is run. What is installed stays.",
		default: {
			text: "false",
			value: false
		}
	},
	"push-to": {
		kind: oneOf(["first", "all"]),
		group: "Build",
		commands: ["build"],
		description: "Which of images a leg pushes its arch tag to. The record names the first.",
		default: {
			text: "first",
			value: "first"
		}
	},
	"allow-privileged-events": {
		kind: boolean,
		group: "Build",
		commands: ["build"],
		description: "Push on the events pull_request_target, workflow_run and issue_comment as well, whose runs have the rights of the repository while anybody may have set them off.",
		default: {
			text: "false",
			value: false
		}
	}
};

// src/inputs/build-lists.ts
/** Lines `id=value`; a value of several lines is put in double quotes, with its id. */
const secretValues = secretsFrom(quotedLines, (value) => ({
	kind: "value",
	value
}));
/** Lines `id=NAME`, names of environment variables. */
const secretEnvironment = secretsFrom(list, (variable) => {
	if (/^[A-Za-z_][A-Za-z0-9_]*$/u.test(variable)) return {
		kind: "environment",
		variable
	};
	throw unreadable("has a value that is no name of an environment variable", "write id=NAME");
});
/** Lines `id=path`. */
const secretFiles = secretsFrom(quotedLines, (path) => ({
	kind: "file",
	path
}));
/** The line itself is never shown: it may be a secret that stands in the wrong place. */
function secretsFrom(split, from) {
	return {
		...split,
		syntax: "lines of id=value",
		parse: async (values) => eachItem(await split.parse(values), (line) => {
			const end = line.indexOf("=");
			const id = line.slice(0, end).trim();
			if (end < 1 || !/^[A-Za-z0-9_.-]+$/u.test(id)) throw unreadable("has a line that is not id=value", "write one id=value a line");
			return {
				id,
				from: from(line.slice(end + 1))
			};
		}, 100)
	};
}
/**
* Lines `type=registry,ref=...`; a bare reference is of type registry.
* https://docs.docker.com/build/cache/backends/
*/
const cacheList = {
	...quotedLines,
	syntax: "lines of type=...,key=value",
	parse: async (values) => eachItem(await quotedLines.parse(values), readCache, 100)
};
function readCache(line) {
	if (!line.includes("=")) return {
		type: "registry",
		attributes: { ref: line }
	};
	const fields = line.split(",").map((field) => field.trim());
	const { type, ...rest } = Object.fromEntries(fields.map((field) => {
		const end = field.indexOf("=");
		if (end < 1) throw unreadable(`${quote(line)} has ${quote(field)}, which is not key=value`, "write type=registry,ref=...");
		return [field.slice(0, end).toLowerCase(), field.slice(end + 1)];
	}));
	if (type === void 0) throw unreadable(`${quote(line)} has no type`, "write type=registry,ref=...");
	return {
		type,
		attributes: rest
	};
}

// src/inputs/table/build-options.ts
const common = {
	group: "Build",
	commands: ["build"]
};
function listed(kind, description, value) {
	return {
		...common,
		kind,
		description,
		default: {
			text: "none",
			value
		}
	};
}
function option(kind, description, standard) {
	return {
		...common,
		kind,
		description,
		default: { text: standard }
	};
}
function off(kind, description, value) {
	return {
		...common,
		kind,
		description,
		default: {
			text: String(value),
			value
		}
	};
}
/** What docker/build-push-action's users know, with its meanings; docs/engines.md says which engine can do which. */
const buildOptionInputs = {
	"build-contexts": listed(pairs, "Further named contexts, one name=path a line.", {}),
	secrets: {
		...listed(secretValues, "Secrets of the build, one id=value a line.", []),
		secret: true
	},
	"secret-envs": listed(secretEnvironment, "Secrets of the build from the environment: id=NAME.", []),
	"secret-files": listed(secretFiles, "Secrets of the build from files, one id=path a line.", []),
	ssh: listed(lines, "SSH agent sockets or keys for the build: default, or id=path.", []),
	"cache-from": listed(cacheList, "Where the build cache is read from.", []),
	"cache-to": listed(cacheList, "Where the build cache is written to.", []),
	"no-cache": off(boolean, "Build without the cache.", false),
	pull: off(boolean, "Look for newer base images.", false),
	"add-hosts": listed(list, "Further host names for the build: name:address.", []),
	"shm-size": option(text, "The size of /dev/shm in the build.", "the engine's"),
	ulimit: listed(list, "Limits of the build: nofile=1024:1024.", []),
	provenance: off(text, "Attach provenance: true, false, or mode=max and the like.", "false"),
	sbom: off(text, "Attach a software bill of materials.", "false"),
	outputs: listed(lines, "Where else the result goes.", []),
	"extra-args": listed(lines, "Further arguments of the engine's build command, one a line.", [])
};

// src/inputs/tags.ts
/** More than these are a mistake in a template, not a release. */
const maxTags = 100;
/**
* `tags`: bare ones, or full references as docker/metadata-action prints them. `none` gives an empty list. Items that say the same
* count once.
*/
const tagList = {
	syntax: "list|none",
	flag: "value",
	list: true,
	parse: async (values) => {
		const items = [...new Set(await list.parse(values))];
		if (items.includes("none")) {
			if (items.length === 1) return [];
			throw unreadable(`has "none" beside ${items.length - 1} more`, "give either none alone or the tags");
		}
		if (items.length === 0) throw unreadable("has no tag in it", "give a tag, or `none` to publish by digest alone");
		return withoutDoubles(eachItem(items, readTag, maxTags));
	}
};
function readTag(item) {
	if (!/[/:@]/u.test(item)) return { tag: parseTag(item) };
	const { repository, tag, digest } = parseReference(item);
	if (tag !== void 0 && digest === void 0) return {
		tag,
		repository
	};
	throw new CodedError("E_REFERENCE", `${quote(item)} has ${digest === void 0 ? "no tag" : "a digest"}`, {
		hint: "an item of tags is a tag (v1), or a whole reference with one (quay.io/acme/app:v1)",
		usage: true
	});
}
function withoutDoubles(items) {
	const byText = /* @__PURE__ */ new Map();
	for (const item of items) {
		const key = item.repository === void 0 ? item.tag : formatReference({
			repository: item.repository,
			tag: item.tag
		});
		if (!byText.has(key)) byText.set(key, item);
	}
	return [...byText.values()];
}

// src/inputs/table/everywhere.ts
const registryCommands = [
	"build",
	"merge",
	"verify",
	"inspect",
	"prune"
];
/** Which images, and the way to their registries. */
const everywhereInputs = {
	images: {
		kind: listOf(parseRepository, { max: 20 }),
		group: "Everywhere",
		commands: registryCommands,
		description: "Repositories, such as quay.io/acme/app. The first is the one that legs push to. Not needed where tags holds whole references."
	},
	tags: {
		kind: tagList,
		group: "Everywhere",
		commands: registryCommands,
		description: "Tags, or whole references as docker/metadata-action prints them, which then name the images as well. `none` publishes by digest alone.",
		default: {
			text: "latest",
			value: [{ tag: "latest" }]
		}
	},
	username: {
		kind: text,
		group: "Everywhere",
		commands: registryCommands,
		description: "User name for the first image's registry."
	},
	password: {
		kind: exactText,
		group: "Everywhere",
		commands: registryCommands,
		secret: true,
		description: "Password or token for the first image's registry. In a shell, use --password-stdin or NATIVE_MULTIARCH_PASSWORD instead of this flag."
	},
	"registry-auth": {
		kind: valueOf("YAML list", async (value) => (await import("./inputs-registry-auth.js")).parseRegistryAuth(value)),
		group: "Everywhere",
		commands: registryCommands,
		secret: true,
		description: "Credentials for several registries: a YAML list whose items have registry, username and password. In a shell, use --registry-auth-file or NATIVE_MULTIARCH_REGISTRY_AUTH.",
		default: { text: "what docker login or podman login left" }
	},
	"insecure-registries": {
		kind: listOf(readHost),
		group: "Everywhere",
		commands: registryCommands,
		description: "Registries whose certificates are not checked, and which may speak plain HTTP. Loopback always may speak plain HTTP.",
		default: {
			text: "none",
			value: []
		}
	},
	"ca-certificate": {
		kind: certificate,
		group: "Everywhere",
		commands: registryCommands,
		description: "Certificates of a private authority: PEM, or the path of a PEM file.",
		default: { text: "the system's" }
	},
	"github-token": {
		kind: exactText,
		group: "Everywhere",
		commands: commandNames,
		secret: true,
		description: "Token for GitHub's API. Nothing fails for want of it.",
		default: { text: "the job's own token in a workflow, none in a shell" },
		actionDefault: "${{ github.token }}"
	},
	"dry-run": {
		kind: boolean,
		group: "Everywhere",
		commands: commandNames,
		description: "Do all the work and every check, and write nothing to any registry.",
		default: {
			text: "false",
			value: false
		}
	}
};

// src/inputs/references.ts
const layout = /^(?:oci|oci-archive|docker-archive|docker-daemon|docker|dir):(?!\/\/|\d+\/)/u;
/** References at newlines and commas; a line that is a path or `oci:folder` is one item, since a folder's name can hold a comma. */
const referenceList = {
	...lines,
	syntax: "list of references",
	parse: async (values) => {
		const items = (await lines.parse(values)).flatMap((line) => isPath(line) ? [line] : splitList([line]));
		if (items.length === 0) throw unreadable("has no reference in it", "give one, like quay.io/acme/app:v1");
		return eachItem([...new Set(items)], readReference, 100);
	}
};
function isPath(item) {
	return /^\.{0,2}\//u.test(item) || layout.test(item);
}
function readReference(item) {
	const inFolder = parseLayoutReference(item);
	if (inFolder !== void 0) return inFolder;
	if (!isPath(item)) return parseReference(item);
	throw new CodedError("E_UNSUPPORTED", `${quote(item)} is neither in a registry nor an OCI image layout`, { hint: "write oci:folder for a layout; push or unpack anything else first" });
}

// src/inputs/table/look.ts
/** What only looks. */
const lookInputs = {
	references: {
		kind: referenceList,
		group: "Verify and inspect",
		commands: ["verify", "inspect"],
		description: "What to look at: references with a tag or a digest. In a shell simply the arguments.",
		default: { text: "every image x tag" }
	},
	"allow-extra": {
		kind: boolean,
		group: "Verify and inspect",
		commands: ["verify"],
		description: "Platforms that are published and were not asked for are no failure.",
		default: {
			text: "false",
			value: false
		}
	},
	raw: {
		kind: boolean,
		group: "Verify and inspect",
		commands: ["inspect"],
		description: "Print the exact bytes of the manifest, and nothing else.",
		default: {
			text: "false",
			value: false
		}
	}
};

// src/inputs/removals.ts
const removalList = {
	...listOf((text) => isDigest(text) ? {
		text,
		digest: text
	} : {
		text,
		platform: parsePlatform(text)
	}, { max: 1e3 }),
	syntax: "list of platforms or digests"
};

// src/inputs/table/merge.ts
/** The fan-in. */
const mergeInputs = {
	records: {
		kind: lines,
		group: "Merge",
		commands: ["merge"],
		description: "What the legs made, one a line: platform=digest, platform=reference, a bare reference, a JSON record, or the path of a record file, of a folder of them, or of docker's folder of empty files named by digest. A path starts with /, ./ or ../.",
		default: {
			text: "none: the arch tags are looked for",
			value: []
		}
	},
	revision: {
		kind: text,
		group: "Merge",
		commands: ["merge"],
		description: "The commit that all legs have to be of; the index says so.",
		default: { text: "the run's commit, else the one on which all legs agree" }
	},
	created: {
		kind: time,
		group: "Merge",
		commands: ["merge"],
		description: "The time that the index says it was made at.",
		default: { text: "SOURCE_DATE_EPOCH, else the commit's own time where it is known" }
	},
	source: {
		kind: text,
		group: "Merge",
		commands: ["merge"],
		description: "Where the source is; the index says so.",
		default: { text: "the run's repository, else the label on which all platforms agree" }
	},
	version: {
		kind: text,
		group: "Merge",
		commands: ["merge"],
		description: "The version that the index says it is.",
		default: { text: "the label on which all platforms agree" }
	},
	check: {
		kind: oneOf([
			"config",
			"content",
			"full"
		]),
		group: "Merge",
		commands: ["merge", "verify"],
		description: "How deep every platform is proven. config compares os, architecture and variant with the claim; content also the machine of the programs inside, from the record of the leg where there is one, else from the layers; full always reads the layers.",
		default: {
			text: "content",
			value: "content"
		}
	},
	"allow-foreign": {
		kind: list,
		group: "Merge",
		commands: [
			"build",
			"merge",
			"verify"
		],
		description: "Globs of files that may be of another machine than their platform, such as /usr/bin/qemu-*. ** goes across folders.",
		default: {
			text: "none",
			value: []
		}
	},
	"content-limit": {
		kind: byteLimit,
		group: "Merge",
		commands: [
			"build",
			"merge",
			"verify",
			"inspect"
		],
		description: "How many bytes of layers, unpacked, are read to look at the programs inside, such as 16GiB, 500MB, or none for no limit. Layers beyond are not checked: a warning names them, and the report says \"not read: budget\".",
		default: { text: "16GiB; inspect reads small images whole, and none of the others" }
	},
	wait: {
		kind: duration,
		group: "Merge",
		commands: ["merge"],
		description: "How long to wait for platforms that have not arrived, such as 45m; those that may be missing are waited for too. An arch tag of another commit has not arrived.",
		default: {
			text: "0",
			value: 0
		}
	},
	"moving-tags": {
		kind: listOf(parseTag, { max: 100 }),
		group: "Merge",
		commands: ["merge"],
		description: "Those of tags that are moved last, and never backwards.",
		default: {
			text: "latest",
			value: ["latest"]
		}
	},
	force: {
		kind: boolean,
		group: "Merge",
		commands: ["merge"],
		description: "Move the moving tags even where they would go backwards.",
		default: {
			text: "false",
			value: false
		}
	},
	append: {
		kind: boolean,
		group: "Merge",
		commands: ["merge"],
		description: "Change the published list instead of making a new one: platforms names what is added or replaced in it, and everything else is kept byte for byte.",
		default: {
			text: "false",
			value: false
		}
	},
	"remove-platforms": {
		kind: removalList,
		group: "Merge",
		commands: ["merge"],
		description: "Platforms or digests that are taken out: of the published list, or of what records lead to where there are records and no append. What was attested of them goes too. Without append, platforms names all that is left.",
		default: {
			text: "none",
			value: []
		}
	},
	attestations: {
		kind: oneOf(["keep", "strip"]),
		group: "Merge",
		commands: ["merge"],
		description: "Whether attestations (provenance, SBOM) that legs bring along are listed beside their image, or left out.",
		default: {
			text: "keep",
			value: "keep"
		}
	},
	"copy-referrers": {
		kind: boolean,
		group: "Merge",
		commands: ["merge"],
		description: "Copy signatures and the like of what is copied into another repository too.",
		default: {
			text: "false",
			value: false
		}
	},
	spec: {
		kind: text,
		group: "Merge",
		commands: ["merge"],
		description: "A YAML file as manifest-tool's push from-spec takes it: it says images, tags, platforms, records and annotations. Mark in platforms with ? what may be missing."
	},
	output: {
		kind: text,
		group: "Merge",
		commands: ["merge"],
		description: "Write an OCI image layout folder instead of a registry, under the names in tags; or, where it ends in .json, the bytes of the list alone into that file. Then images is not needed."
	}
};

// src/inputs/annotations.ts
/**
* Lines `[level[platform]:]key=value`, levels as docker/metadata-action and buildx write them.
* https://docs.docker.com/build/metadata/annotations/#specify-annotation-level
*/
const annotationList = {
	...lines,
	syntax: "lines of key=value",
	parse: async (values) => eachItem(await quotedLines.parse(values), readAnnotation, 1e3)
};
const form = /^(?:(?<levels>(?:index-descriptor|index|manifest-descriptor|manifest)(?:,(?:index-descriptor|index|manifest-descriptor|manifest))*)(?:\[(?<platform>[^\]]*)\])?:)?(?<key>[^=]+)=(?<value>.*)$/su;
function readAnnotation(line) {
	const groups = form.exec(line)?.groups;
	const key = groups?.["key"]?.trim() ?? "";
	if (groups === void 0 || key === "") throw unreadable(`${quote(line)} is not key=value`, "write one key=value a line");
	const { levels = "", platform, value = "" } = groups;
	const level = levels === "" ? [] : levels.split(",");
	const common = {
		key,
		value,
		...platform !== void 0 && { platform: parsePlatform(platform) },
		onImage: level.length === 0 || level.includes("manifest"),
		fromManifest: false
	};
	const everywhere = platform === void 0;
	if (everywhere && (level.length === 0 || level.includes("index"))) return {
		...common,
		on: "index"
	};
	if (level.includes("manifest-descriptor")) return {
		...common,
		on: "descriptor"
	};
	if (everywhere && levels === "manifest") return {
		...common,
		on: "index",
		fromManifest: true
	};
	return {
		...common,
		on: "elsewhere"
	};
}

// src/inputs/table/platforms.ts
/** What a run is made of, and what all its legs have to agree on. */
const platformInputs = {
	platforms: {
		kind: {
			syntax: "list or YAML map",
			flag: "value",
			list: true,
			parse: async (values) => {
				const text = values.join("\n");
				return isYaml(text) ? (await import("./inputs-platforms.js")).parsePlatforms(text) : parsePlatformList(text);
			}
		},
		group: "Platforms",
		commands: [
			"plan",
			"build",
			"merge",
			"verify"
		],
		required: ["plan", "merge"],
		description: "The platforms of the image: a list (linux/amd64, linux/s390x?) in which ? marks one that may be missing, or a YAML map from platform to runner label or row. For build: several that this one host makes, instead of platform."
	},
	handover: {
		kind: oneOf([
			"auto",
			"artifact",
			"registry",
			"none"
		]),
		group: "Platforms",
		commands: ["build", "merge"],
		description: "The way from the legs to the fan-in. artifact: each leg hands its record over as an artifact of the run. registry: the arch tag, with the record beside it. none: nothing is handed over, and merge takes what records names.",
		default: {
			text: "auto: artifact where the run has a service for it that works, else registry; with records, those alone",
			value: "auto"
		}
	},
	"arch-tag": {
		kind: archTagTemplate,
		group: "Platforms",
		commands: [
			"build",
			"merge",
			"prune"
		],
		description: "The tag that a leg pushes. Placeholders: {tag} (the first of tags) {arch} {variant} {os} {sha} {run} {attempt}. `none` pushes by digest alone, where the engine can.",
		default: {
			text: "{tag}-{arch}",
			value: "{tag}-{arch}"
		}
	},
	"arch-image": {
		kind: valueOf("template", (template) => template),
		group: "Platforms",
		commands: [
			"build",
			"merge",
			"prune"
		],
		later: [
			"build",
			"merge",
			"prune"
		],
		description: "The repository that a leg pushes to; {image}-{arch} makes one for every architecture.",
		default: {
			text: "{image}",
			value: "{image}"
		}
	},
	format: {
		kind: oneOf([
			"auto",
			"oci",
			"docker"
		]),
		group: "Platforms",
		commands: ["build", "merge"],
		description: "The media types that are published: an OCI index or a Docker manifest list by merge, an image of that format by build.",
		default: {
			text: "auto. merge: docker where every platform is docker and nothing needs annotations, else oci. build: what the engine makes (docker: docker; the others: oci)",
			value: "auto"
		}
	},
	annotations: {
		kind: annotationList,
		group: "Platforms",
		commands: ["build", "merge"],
		description: "Annotations, one name=value a line. A leg of build puts those without a prefix, and those with manifest:, on its image; merge puts those without a prefix on the index. Prefixes of docker/metadata-action are understood: index:, manifest: (merge puts it on the index, with a notice), manifest-descriptor[platform]:.",
		default: {
			text: "none",
			value: []
		}
	}
};

// src/inputs/table.ts
/** Every input of the contract, `command` apart. action.yml, the help and docs/inputs.md are made from it. */
const table = {
	...everywhereInputs,
	...platformInputs,
	...buildInputs,
	...buildOptionInputs,
	...assembleInputs,
	...mergeInputs,
	...lookInputs
};
const inputNames = Object.keys(table);
/** The same, row by row, where no input is meant in particular. */
const inputTable = table;

export { laterCommand as a, commandNames as i, inputTable as n, laterCommands as o, commandDescriptions as r, inputNames as t };