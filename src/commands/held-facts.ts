import { errorLine, toCodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { CommitFacts } from '../publish/moving.ts';
import { tagName, type HeldTag } from '../publish/verbs.ts';
import { annotationFacts, labelFacts } from '../verify/index-facts.ts';
import { expandSource } from '../verify/source.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';

/**
 * What the list that a tag holds says of its commit: its annotations; where it has none, as no Docker list has, the labels
 * on which its images agree. What can't be read says nothing, and is told.
 */
export function heldFacts(registry: ReadVerbs, log: Log): (target: HeldTag) => Promise<CommitFacts> {
  return async (target) => {
    if (target.manifest === undefined) return {};
    try {
      const said = annotationFacts(parseManifest(target.manifest).annotations ?? {});
      if (Object.keys(said).length > 0) return said;
      const reader = repositoryReader(registry, target.repository);
      const { images } = await expandSource(reader, target.manifest, tagName(target));
      return labelFacts(images);
    } catch (error) {
      log.info(`${tagName(target)} holds what can't be read: ${errorLine(toCodedError(error))}`);
      return {};
    }
  };
}
