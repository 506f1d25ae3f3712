// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
// src/oci/media-types.ts
/**
* The media types of the two families, OCI and Docker.
* https://github.com/opencontainers/image-spec/blob/main/media-types.md
*/
const mediaTypes = {
	ociIndex: "application/vnd.oci.image.index.v1+json",
	ociManifest: "application/vnd.oci.image.manifest.v1+json",
	ociConfig: "application/vnd.oci.image.config.v1+json",
	ociLayer: "application/vnd.oci.image.layer.v1.tar",
	ociLayerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
	ociLayerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
	ociEmpty: "application/vnd.oci.empty.v1+json",
	dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
	dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
	dockerConfig: "application/vnd.docker.container.image.v1+json",
	dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
	inToto: "application/vnd.in-toto+json"
};
const indexMediaTypes = [mediaTypes.ociIndex, mediaTypes.dockerList];
const imageMediaTypes = [mediaTypes.ociManifest, mediaTypes.dockerManifest];
const configMediaTypes = [mediaTypes.ociConfig, mediaTypes.dockerConfig];
/** Every manifest kind in one Accept header: distribution v3 answers 404 for an index that was not asked for by name. */
const manifestAccept = [...indexMediaTypes, ...imageMediaTypes].join(", ");

export { mediaTypes as a, manifestAccept as i, imageMediaTypes as n, indexMediaTypes as r, configMediaTypes as t };