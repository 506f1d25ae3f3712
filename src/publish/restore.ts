import { isAttestation, parseManifest } from '../oci/manifest.ts';
import { formatPlatform, platformOfJson } from '../platform/platform.ts';
import type { HeldTag, PublishVerbs } from './verbs.ts';

/**
 * For people: the commands that put a tag back to what it held before: ours, which checks the list and keeps its bytes, and one of
 * another tool for where ours is not at hand. What is no list of platforms is for the other alone.
 */
export async function restoring(verbs: PublishVerbs, target: HeldTag): Promise<string> {
  const { repository, tag, held } = target;
  if (held === undefined) return 'is new';
  const source = `${repository.name}@${held}`;
  const crane = `crane tag ${source} ${tag}`;
  const platforms = await platformsOf(verbs, target);
  if (platforms === undefined) return `held ${held} (${crane} restores it)`;
  const ours = `native-multiarch merge --images ${repository.name} --tags ${tag} --platforms ${platforms} --records ${source} --check config --force`;
  return `held ${held} (${ours} restores it, and so does ${crane})`;
}

/** Of the list that the tag held; undefined where it was none, or can't be read: the tag is in trouble as it is. */
async function platformsOf(
  verbs: PublishVerbs,
  { repository, held, manifest }: HeldTag,
): Promise<string | undefined> {
  try {
    const found = manifest ?? (held === undefined ? undefined : await verbs.getManifest(repository, held));
    const list = found === undefined ? undefined : parseManifest(found);
    if (list?.kind !== 'index') return undefined;
    const platforms = list.manifests.flatMap((entry) =>
      entry.platform === undefined || isAttestation(entry)
        ? []
        : [formatPlatform(platformOfJson(entry.platform))],
    );
    return platforms.length === 0 ? undefined : [...new Set(platforms)].join(',');
  } catch {
    return undefined;
  }
}
