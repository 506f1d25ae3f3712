import type { Descriptor } from '../oci/descriptor.ts';
import { isAttestation } from '../oci/manifest.ts';
import { indexMediaTypes } from '../oci/media-types.ts';
import { candidates } from '../verify/candidates.ts';
import { checkImagePlatform, configDifferences } from '../verify/image-checks.ts';
import { checkPlatformSet } from '../verify/platform-set.ts';
import type { ProvenSource } from '../verify/source.ts';

/** What somebody who publishes this list would want to know, and what `verify` would refuse. */
export function inspectionWarnings(source: ProvenSource, name: string): string[] {
  const { index, images, attestations, others } = source;
  const found = candidates({ origin: name, claimed: undefined, index: 'all' }, source);
  const listed = new Set(images.map(({ descriptor }) => descriptor.digest));
  return [
    ...others.map(({ problem }) => problem.message),
    ...images.flatMap((image) => checkImagePlatform(image, undefined, name)).map(({ message }) => message),
    ...checkPlatformSet([], found, name, { allowExtra: true }).map(({ message }) => message),
    ...attestations
      .filter(({ subject }) => !listed.has(subject))
      .map(
        ({ descriptor, subject }) =>
          `the attestation ${descriptor.digest} is about ${subject}, which is not in the list`,
      ),
    ...(index === undefined ? [] : entryWarnings(index.mediaType, index.manifests)),
    ...configDifferences(images),
  ];
}

function entryWarnings(mediaType: string, entries: readonly Descriptor[]): string[] {
  const isDocker = (type: string): boolean => type.includes('docker');
  const strange = entries.filter((entry) => isDocker(entry.mediaType) !== isDocker(mediaType));
  const own = isDocker(mediaType) ? 'Docker manifest list' : 'OCI index';
  return [
    ...(strange.length === 0
      ? []
      : [
          `it is ${isDocker(mediaType) ? 'a' : 'an'} ${own} with ${strange.length} entries that are not; some registries and older engines stumble over that`,
        ]),
    ...entries.filter((entry) => !isAttestation(entry)).flatMap(oneEntryWarnings),
  ];
}

function oneEntryWarnings({ mediaType, digest, platform }: Descriptor): string[] {
  if (indexMediaTypes.includes(mediaType))
    return [`${digest} is an index within the index, which most engines do not look into`];
  if (platform === undefined)
    return [`${digest} is listed without a platform, so engines may take it for any`];
  const variant = platform.variant ?? '';
  return platform.architecture === 'arm' && variant === ''
    ? [`${digest} is listed as arm without a variant, so nobody can tell whether it is v5, v6 or v7`]
    : [];
}
