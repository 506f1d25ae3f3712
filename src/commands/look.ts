import { CodedError, settleAll } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import type { InputsOf } from '../inputs/table.ts';
import { targetsOf } from '../inputs/targets.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { isLayout } from '../oci/layout-reference.ts';
import { formatReference, type Reference, type Repository } from '../oci/reference.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';

/** The same manifest, under all the references that lead to it. */
export interface Looked {
  readonly repository: Repository;
  readonly references: readonly Reference[];
  /** For people: the references, as they were given. */
  readonly name: string;
  readonly manifest: ManifestBytes;
}

/** What verify and inspect look at: `references`, else every image x tag. */
export function lookedAt(inputs: InputsOf<'verify'> | InputsOf<'inspect'>): Reference[] {
  if (inputs.references !== undefined && inputs.references.length > 0) return [...inputs.references];
  return targetsOf(inputs.images, inputs.tags).flatMap(({ image, tags }) =>
    tags.map((tag) => ({ repository: image, tag })),
  );
}

/**
 * Reads the manifest behind each reference, those that are the same together.
 * @throws E_NOT_FOUND for a reference that leads to nothing
 */
export async function readManifests(
  references: readonly Reference[],
  registry: ReadVerbs,
): Promise<Looked[]> {
  const read = await settleAll(
    references.map(async (reference) => {
      const ref = reference.digest ?? reference.tag ?? (isLayout(reference.repository) ? '' : 'latest');
      const manifest = await repositoryReader(registry, reference.repository).manifest(ref);
      if (manifest !== undefined) return { reference, manifest };
      throw new CodedError('E_NOT_FOUND', `${formatReference(reference)} does not exist`, {
        hint: 'see that it was published, and that these credentials may read it',
      });
    }),
  );
  const groups = groupBy(
    read,
    ({ manifest, reference }) => `${reference.repository.name}@${manifest.digest}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const references = group.map(({ reference }) => reference);
    return [
      {
        repository: first.reference.repository,
        references,
        name: references.map(formatReference).join(', '),
        manifest: first.manifest,
      },
    ];
  });
}
