// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/engines/engine.ts
/** Every engine that can be asked for. */
const engineNames = [
	"buildx",
	"docker",
	"podman",
	"buildah",
	"assemble"
];

export { engineNames as t };