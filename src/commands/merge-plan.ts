import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import type { JsonObject } from '../oci/strict-json.ts';
import { tagStages } from '../publish/publish.ts';
import { tagName, type HeldTag } from '../publish/verbs.ts';
import type { NeededCopy } from './merge-copy.ts';

/** One thing that is written, in the order in which it is done. */
export interface PlannedWrite {
  readonly does: 'copy' | 'put' | 'tag' | 'write';
  /** What comes to stand there. */
  readonly digest: string;
  /** The repository or reference, or the file. */
  readonly to: string;
  /** Of a copy. */
  readonly from?: string;
  /** Of a tag: what it holds now, `null` for nothing. */
  readonly before?: string | null;
}

/** What publishing would write: nothing at all where everything is as it should be. @param lacking where the index does not stand yet */
export function plannedWrites(
  index: ManifestBytes,
  lacking: readonly Repository[],
  tags: readonly HeldTag[],
  copies: readonly NeededCopy[],
  file: string | undefined,
): PlannedWrite[] {
  const { digest } = index;
  return [
    ...copies.map(({ from, to, manifest }): PlannedWrite => ({
      does: 'copy',
      digest: manifest.digest,
      from: from.name,
      to: to.name,
    })),
    ...lacking.map(({ name }): PlannedWrite => ({ does: 'put', digest, to: name })),
    ...tagStages(tags, digest)
      .flat()
      .map((tag): PlannedWrite => ({ does: 'tag', digest, to: tagName(tag), before: tag.held ?? null })),
    ...(file === undefined ? [] : [{ does: 'write', digest, to: file } as const]),
  ];
}

/** As `report.planned[]` has it. */
export function plannedJson(write: PlannedWrite): JsonObject {
  return { ...write };
}

/** For people, one line each. */
export function plannedText({ does, digest, to, from, before }: PlannedWrite): string {
  switch (does) {
    case 'copy':
      return `copy ${digest} and what it refers to from ${from ?? ''} into ${to}`;
    case 'put':
      return `push ${to}@${digest}`;
    case 'tag':
      return `tag ${to}, which holds ${before ?? 'nothing'}`;
    case 'write':
      return `write the bytes of ${digest} into ${to}`;
  }
}
