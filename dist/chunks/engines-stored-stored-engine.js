// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as CodedError } from "./errors.js";
import { t as StoredImages, y as thisMachine } from "./engines-stored-stored-images.js";

// src/engines/stored/stored-engine.ts
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
/** Images that somebody has put into a folder or an archive. Nothing is built here: see {@link StoredImages}. */
var StoredEngine = class {
	name = "assemble";
	capabilities = capabilities;
	#options;
	#read;
	#images;
	/** @param read the image of a platform */
	constructor(options, read) {
		this.#options = options;
		this.#images = new StoredImages(options);
		this.#read = read;
	}
	/** Only a smoke test asks for more than this machine. */
	host() {
		return thisMachine("adopted", this.#options);
	}
	preflight() {
		return Promise.reject(new CodedError("E_INTERNAL", "an image that is adopted is not built"));
	}
	build() {
		return Promise.reject(new CodedError("E_INTERNAL", "an image that is adopted is not built"));
	}
	async adopt(name, platform) {
		const layout = await this.#read(platform);
		const image = {
			engine: this.name,
			id: layout.top.digest,
			name,
			manifest: layout.top
		};
		this.#images.keep(image, layout);
		return image;
	}
	platformOf(image) {
		return this.#images.platformOf(image);
	}
	archive(image) {
		return this.#images.archive(image);
	}
	checkRun(platform) {
		return this.#images.checkRun(platform);
	}
	run(image, options) {
		return this.#images.run(image, options);
	}
	checkServe(platform) {
		return this.#images.checkServe(platform);
	}
	serve(image, options) {
		return this.#images.serve(image, options);
	}
	push(image, reference) {
		return this.#images.push(image, reference);
	}
	pushByDigest(image, repository) {
		return this.#images.pushByDigest(image, repository);
	}
	/** What it stands in is the user's. */
	remove() {
		return Promise.resolve();
	}
	close() {
		return this.#images.close();
	}
};

export { StoredEngine };