import { CodedError, quote } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { digestOf } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { parseManifest } from '../oci/manifest.ts';
import { mediaTypes } from '../oci/media-types.ts';
import { maxRecordBytes, parseRecord, type LegRecord } from './record.ts';

/** What a registry lists a record under, among all that refers to an image. */
export const recordArtifactType = 'application/vnd.native-multiarch.record.v1+json';

const empty = Buffer.from('{}');

/** A record as an OCI artifact about an image. */
export interface RecordArtifact {
  readonly manifest: ManifestBytes;
  /** As a list of referrers has it. */
  readonly descriptor: Descriptor;
  /** What has to be there before the manifest. */
  readonly blobs: readonly { readonly descriptor: Descriptor; readonly bytes: Uint8Array }[];
}

/**
 * The record of a leg, to stand beside the image that it pushed. It is in its manifest whole (`data`), so that reading it
 * takes one request after the list of referrers.
 * https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
 */
export function recordArtifact(record: Uint8Array, subject: ManifestBytes): RecordArtifact {
  const config = embedded(mediaTypes.ociEmpty, empty);
  const layer = embedded(recordArtifactType, record);
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: recordArtifactType,
      config,
      layers: [layer],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
    }),
  );
  const digest = digestOf(bytes);
  return {
    manifest: { bytes, digest, mediaType: mediaTypes.ociManifest },
    descriptor: {
      mediaType: mediaTypes.ociManifest,
      digest,
      size: bytes.length,
      artifactType: recordArtifactType,
    },
    blobs: [
      { descriptor: config, bytes: empty },
      { descriptor: layer, bytes: record },
    ],
  };
}

function embedded(mediaType: string, bytes: Uint8Array): Descriptor {
  return {
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
    data: Buffer.from(bytes).toString('base64'),
  };
}

/**
 * The record in such an artifact.
 * @param blob reads the layer, where it is not embedded
 * @throws E_RECORD, E_MANIFEST for anything else
 */
export async function recordOfArtifact(
  artifact: ManifestBytes,
  where: string,
  blob: (descriptor: Descriptor) => Promise<Uint8Array>,
): Promise<LegRecord> {
  const manifest = parseManifest(artifact);
  const [layer, ...others] = manifest.kind === 'image' ? manifest.layers : [];
  if (layer?.mediaType !== recordArtifactType || others.length > 0 || layer.size > maxRecordBytes) {
    throw new CodedError('E_RECORD', `${where} is ${quote(artifact.mediaType)} without a record in it`, {
      hint: 'delete it, or run that leg again',
    });
  }
  const bytes = layer.data === undefined ? await blob(layer) : Buffer.from(layer.data, 'base64');
  return parseRecord(bytes, where);
}
