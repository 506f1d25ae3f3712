import { CodedError, settleAll } from '../../errors.ts';
import type { ImageConfig } from '../../oci/config.ts';
import type { ProvenImage } from '../source.ts';
import { startedPrograms, type StartedProgram } from './entrypoint.ts';
import { ImageFileSystem, TooLarge } from './file-system.ts';
import type { LayerStore } from './layer-store.ts';
import { hasElfPrograms } from './machine.ts';
import type { ReadLayer } from './read-layer.ts';

export { judgeContent, type ContentVerdict } from './verdict.ts';

/** What the layers of one image hold, as far as they were read. */
export interface ImageContent {
  /** What starting the image leads to. */
  readonly started: readonly StartedProgram[];
  /** How many programs there are of each machine. */
  readonly machines: Readonly<Record<string, number>>;
  /** One program of each machine, for messages. */
  readonly examples: Readonly<Record<string, string>>;
  /** Why some of it is not known; empty when everything was read. */
  readonly unread: readonly string[];
  /** What is odd about layers that were read. */
  readonly warnings: readonly string[];
}

/** Whether a file, by its path from the root without a leading slash, may be of another machine. */
export type AllowedFiles = (path: string) => boolean;

/** Machines that are counted by name; a hostile image has a quarter of a million. */
const maxMachines = 30;
const otherMachines = 'other machines';

/** The final file system of an image, from its layers in order, and what of it runs. */
export function contentOf(
  config: ImageConfig,
  layers: readonly ReadLayer[],
  allowed: AllowedFiles,
): ImageContent {
  const unread = layers.flatMap((layer) => ('unread' in layer ? [layer.unread] : []));
  const warnings = layers.flatMap((layer) =>
    'unread' in layer || layer.warning === undefined ? [] : [layer.warning],
  );
  const files = new ImageFileSystem();
  try {
    for (const layer of layers) if (!('unread' in layer)) files.apply(layer);
    const started = startedPrograms(config, files).filter(({ path }) => !allowed(path));
    return { started, ...countMachines(files, allowed), unread, warnings };
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const all = [...unread, 'it has more folders and links than are looked at'];
    return { started: [], machines: {}, examples: {}, unread: all, warnings };
  }
}

function countMachines(
  files: ImageFileSystem,
  allowed: AllowedFiles,
): Pick<ImageContent, 'machines' | 'examples'> {
  const machines = new Map<string, number>();
  const examples = new Map<string, string>();
  for (const { path, file } of files.files()) {
    if (file.kind !== 'program' || allowed(path)) continue;
    const isNew = !machines.has(file.machine) && machines.size >= maxMachines;
    const machine = isNew ? otherMachines : file.machine;
    machines.set(machine, (machines.get(machine) ?? 0) + 1);
    if (!examples.has(machine)) examples.set(machine, path);
  }
  return { machines: Object.fromEntries(machines), examples: Object.fromEntries(examples) };
}

/**
 * Reads every layer of an image, and says what it holds; an image for a system without ELF programs is not read.
 * @throws E_LAYER for a layer that is not what the config says
 */
export async function readContent(
  image: ProvenImage,
  store: LayerStore,
  allowed: AllowedFiles,
): Promise<ImageContent> {
  if (!hasElfPrograms(image.platform.os)) return contentOf(image.config, [], allowed);
  const { layers } = image.manifest;
  const { diffIds } = image.config;
  if (diffIds.length !== layers.length) {
    throw new CodedError(
      'E_LAYER',
      `${image.descriptor.digest} has ${layers.length} layers and ${diffIds.length} diffIDs`,
      { hint: 'runtimes refuse such an image; build and push it again' },
    );
  }
  const read = await settleAll(layers.map(async (layer, index) => store.read(layer, diffIds[index])));
  return contentOf(image.config, read, allowed);
}
