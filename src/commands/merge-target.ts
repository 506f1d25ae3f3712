import { CodedError, quote } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import { targetsOf, type Target } from '../inputs/targets.ts';
import { layoutRepository } from '../oci/layout-reference.ts';
import type { Repository } from '../oci/reference.ts';
import type { TagTarget } from '../publish/verbs.ts';

type MergeInputs = InputsOf<'merge'>;

/** Where a merge looks, and where its list goes. */
export interface Places {
  /** Where legs push to, and so where an arch tag or a bare digest is looked for. */
  readonly home: Repository;
  /** Where the list stands that `append` and `remove-platforms` change. */
  readonly published: readonly Target[];
  /** Where the list goes; nowhere but to {@link file} where that is set. */
  readonly targets: readonly Target[];
  /** The bytes of the list alone go into this file. */
  readonly file: string | undefined;
}

/** The folder that `output` names, where it names one. */
export function outputLayout({ output }: Pick<MergeInputs, 'output'>): Repository | undefined {
  return output === undefined || isFile(output) ? undefined : layoutRepository(folderOf(output));
}

function isFile(output: string): boolean {
  return output.endsWith('.json');
}

/** Written as a reference it is the same folder. */
function folderOf(output: string): string {
  const folder = output.replace(/^oci:/, '');
  if (!/[:@\0]/.test(folder) && folder !== '') return folder;
  throw new CodedError('E_INPUT', `output is ${quote(output)}, which is no name of a folder`, {
    hint: 'give a folder without a colon in its name; tags says under which names the list stands there',
    usage: true,
  });
}

/** The images of the inputs in their registries; with `output`, a folder or a file instead. */
export function placesOf(inputs: MergeInputs): Places {
  const inRegistries =
    inputs.images === undefined && inputs.output !== undefined && inputs.tags.every(isBare)
      ? []
      : targetsOf(inputs.images, inputs.tags);
  const layout = outputLayout(inputs);
  const tags = [...new Set(inputs.tags.map(({ tag }) => tag))];
  const targets = layout === undefined ? inRegistries : [{ image: layout, tags }];
  const published = inRegistries.length > 0 ? inRegistries : targets;
  const [first] = published;
  const file = inputs.output !== undefined && layout === undefined ? inputs.output : undefined;
  const home = first?.image ?? (file === undefined ? undefined : layoutRepository('.'));
  if (home === undefined)
    throw new CodedError('E_INPUT', 'images is not set, and merge needs it', { hint: 'set images' });
  return { home, published, targets: file === undefined ? targets : [], file };
}

function isBare({ repository }: { readonly repository?: Repository }): boolean {
  return repository === undefined;
}

/** All the tags of these targets. */
export function tagsOf(targets: readonly Target[], inputs: MergeInputs): TagTarget[] {
  const all = targets.flatMap(({ image, tags }) =>
    tags.map((tag) => ({ repository: image, tag, moving: inputs['moving-tags'].includes(tag) })),
  );
  return [...new Map(all.map((target) => [`${target.repository.name}:${target.tag}`, target])).values()];
}
