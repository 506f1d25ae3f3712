import { parseManifest } from '../oci/manifest.ts';
import { formatReference } from '../oci/reference.ts';
import type { JsonObject } from '../oci/strict-json.ts';
import { formatPlatform, platformOfJson } from '../platform/platform.ts';
import { factsMarkdown, factsText, type Fact } from '../report/facts.ts';
import { inspectionMarkdown, inspectionText, type InspectedPlatform } from '../report/inspection.ts';
import { imageSize, type OtherEntry, type ProvenAttestation, type ProvenImage } from '../verify/source.ts';
import type { Inspected } from './inspect.ts';
import type { CommandResult } from './result.ts';

/** The annotation that says what kind of statement a layer of an attestation is. */
const predicateType = 'in-toto.io/predicate-type';

/** What inspect tells, for programs and for people. */
export function inspectResult(inspected: readonly Inspected[]): CommandResult {
  const images = inspected.map(imageReport);
  return {
    outputs: { report: { platforms: images.flatMap((image) => image.platforms), images } },
    text: inspected.map((each) => `${factsText(facts(each))}\n${inspectionText(rows(each))}`).join('\n'),
    summary: inspected
      .map((each) => `${factsMarkdown(each.list.name, facts(each))}\n${inspectionMarkdown(rows(each))}`)
      .join('\n'),
  };
}

function rows({ source, machines }: Inspected): InspectedPlatform[] {
  return [
    ...source.images.map((image) => ({
      platform: formatPlatform(image.platform),
      digest: image.descriptor.digest,
      size: imageSize(image),
      layers: image.manifest.layers.length,
      created: image.config.created,
      attestations: attestationsOf(image, source.attestations).length,
      starts: startOf(image),
      machine: machines.byImage.get(image.descriptor.digest),
    })),
    ...source.others.map(({ descriptor }) => ({
      platform: otherPlatform(descriptor),
      digest: descriptor.digest,
      size: descriptor.size,
      kind: descriptor.artifactType ?? descriptor.mediaType,
    })),
  ];
}

function otherPlatform({ platform }: OtherEntry['descriptor']): string {
  if (platform === undefined) return '-';
  const { os, architecture } = platform;
  return os === '' || architecture === '' ? '-' : formatPlatform(platformOfJson(platform));
}

function startOf({ config: { entrypoint = [], cmd = [] } }: ProvenImage): string | undefined {
  const words = [...entrypoint, ...cmd];
  return words.length === 0 ? undefined : words.join(' ');
}

function attestationsOf(
  image: ProvenImage,
  attestations: readonly ProvenAttestation[],
): { readonly digest: string; readonly predicates: readonly string[] }[] {
  return attestations
    .filter(({ subject }) => subject === image.descriptor.digest)
    .map(({ descriptor, bytes }) => {
      const parsed = parseManifest(bytes);
      const layers = parsed.kind === 'image' ? parsed.layers : [];
      const predicates = layers.flatMap(({ annotations }) => annotations?.[predicateType] ?? []);
      return { digest: descriptor.digest, predicates };
    });
}

function facts({ list, source, machines, warnings }: Inspected): Fact[] {
  const annotations = Object.entries(source.index?.annotations ?? {}).map(
    ([key, value]) => `${key}=${value}`,
  );
  const attested = source.images.flatMap((image) =>
    attestationsOf(image, source.attestations).flatMap(({ predicates }) =>
      predicates.map((predicate) => `${formatPlatform(image.platform)}: ${predicate}`),
    ),
  );
  const optional: Fact[] = [
    ['annotations', annotations],
    ['attestations', attested],
    ['machines', machines.unread === undefined ? [] : [machines.unread]],
    ['warnings', warnings],
  ];
  return [
    ['references', list.references.map(formatReference)],
    ['digest', list.manifest.digest],
    ['media type', list.manifest.mediaType],
    ['platforms', String(source.images.length)],
    ...optional.filter(([, values]) => values.length > 0),
  ];
}

function imageReport({ list, source, machines, warnings }: Inspected) {
  return {
    references: list.references.map(formatReference),
    digest: list.manifest.digest,
    mediaType: list.manifest.mediaType,
    size: list.manifest.bytes.length,
    annotations: { ...source.index?.annotations },
    platforms: source.images.map((image): JsonObject => {
      const { config, descriptor, manifest } = image;
      const attestations = attestationsOf(image, source.attestations);
      return {
        platform: formatPlatform(image.platform),
        digest: descriptor.digest,
        mediaType: descriptor.mediaType,
        size: imageSize(image),
        ...{ mode: null, engine: null, runner: null },
        layers: manifest.layers.length,
        created: config.created ?? null,
        entrypoint: config.entrypoint ?? [],
        command: config.cmd ?? [],
        machine: machines.byImage.get(descriptor.digest) ?? null,
        annotations: { ...descriptor.annotations },
        attestations: attestations.length,
        attested: attestations.map((each) => ({ ...each })),
        checks: [],
      };
    }),
    others: source.others.map(({ descriptor, problem }): JsonObject => ({
      digest: descriptor.digest,
      mediaType: descriptor.mediaType,
      size: descriptor.size,
      artifactType: descriptor.artifactType ?? null,
      platform: otherPlatform(descriptor),
      problem: problem.message,
    })),
    warnings: [...warnings],
  };
}
