import { CodedError, settleAll } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import { formatReference } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import { factsMarkdown, factsText, type Fact } from '../report/facts.ts';
import { inspectionMarkdown, inspectionText, type InspectedPlatform } from '../report/inspection.ts';
import { expandSource, imageSize, type ProvenSource } from '../verify/source.ts';
import { lookedAt, readManifests, type Looked } from './look.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';
import type { CommandResult } from './result.ts';

export interface InspectDeps {
  readonly registry: ReadVerbs;
}

interface Inspected {
  readonly list: Looked;
  readonly source: ProvenSource;
  readonly rows: readonly InspectedPlatform[];
}

/** Shows what references lead to: the platforms, sizes, layers and attestations of each; with `raw`, the exact bytes. */
export async function inspect(
  inputs: InputsOf<'inspect'>,
  { registry }: InspectDeps,
): Promise<CommandResult> {
  const lists = await readManifests(lookedAt(inputs), registry);
  if (inputs.raw) return raw(lists);
  const inspected = await settleAll(
    lists.map(async (list): Promise<Inspected> => {
      const source = await expandSource(
        repositoryReader(registry, list.repository),
        list.manifest,
        list.name,
      );
      return { list, source, rows: source.images.map((image) => inspectedPlatform(image, source)) };
    }),
  );
  const images = inspected.map(imageReport);
  return {
    outputs: {
      report: { platforms: images.flatMap((image) => image.platforms), images },
    },
    text: inspected.map((each) => `${factsText(facts(each))}\n${inspectionText(each.rows)}`).join('\n'),
    summary: inspected
      .map((each) => `${factsMarkdown(each.list.name, facts(each))}\n${inspectionMarkdown(each.rows)}`)
      .join('\n'),
  };
}

/** @throws E_INPUT for references that lead to different bytes: there is only one stdout. */
function raw(lists: readonly Looked[]): CommandResult {
  const [list, ...others] = lists;
  if (list === undefined || others.length > 0) {
    throw new CodedError(
      'E_INPUT',
      `raw was asked for, and the references lead to ${lists.length} different manifests`,
      {
        hint: 'give one reference',
      },
    );
  }
  const text = Buffer.from(list.manifest.bytes).toString('utf8');
  const { digest, mediaType } = list.manifest;
  return {
    outputs: { report: { digest, mediaType, raw: text, platforms: [] } },
    text,
    exact: true,
    summary: factsMarkdown(list.name, [
      ['digest', digest],
      ['media type', mediaType],
    ]),
  };
}

function inspectedPlatform(image: ProvenSource['images'][number], source: ProvenSource): InspectedPlatform {
  return {
    platform: formatPlatform(image.platform),
    digest: image.descriptor.digest,
    size: imageSize(image),
    layers: image.manifest.layers.length,
    created: image.config.created,
    attestations: source.attestations.filter(({ subject }) => subject === image.descriptor.digest).length,
  };
}

function facts({ list, source, rows }: Inspected): Fact[] {
  const annotations = Object.entries(source.index?.annotations ?? {}).map(
    ([key, value]) => `${key}=${value}`,
  );
  return [
    ['references', list.references.map(formatReference)],
    ['digest', list.manifest.digest],
    ['media type', list.manifest.mediaType],
    ['platforms', String(rows.length)],
    ...(annotations.length > 0 ? [['annotations', annotations] as Fact] : []),
  ];
}

function imageReport({ list, source, rows }: Inspected) {
  return {
    references: list.references.map(formatReference),
    digest: list.manifest.digest,
    mediaType: list.manifest.mediaType,
    size: list.manifest.bytes.length,
    annotations: { ...source.index?.annotations },
    platforms: rows.map(({ created, ...row }) => ({ ...row, created: created ?? null, checks: [] })),
  };
}
