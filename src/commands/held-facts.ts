import { errorLine, toCodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { CommitFacts } from '../publish/moving.ts';
import { tagName, type HeldTag } from '../publish/verbs.ts';
import { annotationFacts, labelFacts } from '../verify/index-facts.ts';
import { expandSource, type ContentReader } from '../verify/source.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';

/**
 * What the list that a tag holds says of its commit: its annotations; a Docker list has none, so there the labels of its
 * first image speak, since all images of a list are of one commit. What can't be read says nothing, and is told.
 */
export function heldFacts(registry: ReadVerbs, log: Log): (target: HeldTag) => Promise<CommitFacts> {
  return async (target) => {
    if (target.manifest === undefined) return {};
    try {
      const said = annotationFacts(parseManifest(target.manifest).annotations ?? {});
      if (Object.keys(said).length > 0 || !target.manifest.mediaType.includes('docker')) return said;
      return await firstImageFacts(
        target.manifest,
        repositoryReader(registry, target.repository),
        tagName(target),
      );
    } catch (error) {
      log.info(`${tagName(target)} holds what can't be read: ${errorLine(toCodedError(error))}`);
      return {};
    }
  };
}

async function firstImageFacts(
  manifest: ManifestBytes,
  reader: ContentReader,
  name: string,
): Promise<CommitFacts> {
  const parsed = parseManifest(manifest);
  const [first] = parsed.kind === 'index' ? parsed.manifests : [];
  const image = first === undefined ? manifest : await reader.manifest(first.digest);
  return image === undefined ? {} : labelFacts((await expandSource(reader, image, name)).images);
}
