// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/commands/repository-reader.ts
/** One repository, as the checks read it. */
function repositoryReader(verbs, repository) {
	return {
		manifest: async (ref) => verbs.getManifest(repository, ref),
		blob: async (descriptor, max) => verbs.readBlob(repository, descriptor, max)
	};
}

export { repositoryReader as t };