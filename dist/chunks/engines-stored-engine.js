// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { i as quote, t as CodedError } from "./errors.js";
import { r as architectureOfUname } from "./platform-architectures.js";
import { r as normalisePlatform } from "./platform-platform.js";
import { b as chunks, t as ImageRunner, x as layoutArchive, y as pushStored } from "./engines-image-runner.js";
import { machine } from "node:os";

// src/engines/stored-engine.ts
const capabilities = {
	source: "files",
	modes: [
		"native",
		"emulate",
		"cross"
	],
	smokeTest: true,
	pushesBy: "client",
	caCertificate: true,
	insecureRegistries: "any"
};
/**
* Images that stand in a folder or an archive, made by whomever. Nothing is built: they are run by Docker or podman, and pushed
* byte for byte by our own client.
*/
var StoredEngine = class {
	name = "assemble";
	capabilities = capabilities;
	#options;
	#read;
	#images = /* @__PURE__ */ new Map();
	#runner;
	/** @param read the image of a platform */
	constructor(options, read) {
		this.#options = options;
		this.#read = read;
	}
	/** The machine that this process is on: only a smoke test asks for more. */
	host() {
		const architecture = architectureOfUname(machine());
		if (architecture === void 0) throw new CodedError("E_PLATFORM", `the machine ${quote(machine())} is not a registered architecture`, { hint: "give platform" });
		const platform = normalisePlatform({
			os: "linux",
			architecture
		});
		return Promise.resolve({
			version: "1",
			label: "adopted",
			platform
		});
	}
	preflight() {
		return Promise.reject(new CodedError("E_INTERNAL", "an image that is adopted is not built"));
	}
	build() {
		return Promise.reject(new CodedError("E_INTERNAL", "an image that is adopted is not built"));
	}
	async adopt(name, platform) {
		const image = await this.#read(platform);
		const id = image.top.digest;
		this.#images.set(id, image);
		return {
			engine: this.name,
			id,
			name,
			manifest: image.top
		};
	}
	platformOf(image) {
		const { os, architecture, variant } = this.#imageOf(image).runnable.config;
		return Promise.resolve(normalisePlatform({
			os,
			architecture,
			variant
		}));
	}
	archive(image) {
		const { top, children, blobs } = this.#imageOf(image);
		const below = children.map(({ digest, bytes }) => ({
			digest,
			size: bytes.length,
			open: () => chunks(bytes)
		}));
		return layoutArchive(top, [...blobs, ...below]);
	}
	async checkRun(platform) {
		await this.#findRunner(platform);
	}
	async run(image, options) {
		await (await this.#findRunner(options.platform)).run(this.#imageOf(image), options);
	}
	checkServe(platform) {
		return this.checkRun(platform);
	}
	async serve(image, options) {
		await (await this.#findRunner(options.platform)).serve(this.#imageOf(image), options);
	}
	#findRunner(platform) {
		this.#runner ??= ImageRunner.find(platform, this.#options);
		return this.#runner;
	}
	async push(image, reference) {
		await pushStored(this.#imageOf(image), reference, this.#options);
	}
	async pushByDigest(image, repository) {
		const stored = this.#imageOf(image);
		await pushStored(stored, { repository }, this.#options);
		return stored.top.digest;
	}
	/** What it stands in is the user's. */
	remove() {
		return Promise.resolve();
	}
	async close() {
		await (await this.#runner?.catch(() => void 0))?.close();
	}
	#imageOf({ id }) {
		const found = this.#images.get(id);
		if (found === void 0) throw new CodedError("E_INTERNAL", `${id} was not adopted here`);
		return found;
	}
};

export { StoredEngine };