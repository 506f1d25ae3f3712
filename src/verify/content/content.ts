import { CodedError, joinErrors, toCodedError } from '../../errors.ts';
import type { ImageConfig } from '../../oci/config.ts';
import type { ProvenImage } from '../source.ts';
import { startedPrograms, type StartedProgram } from './entrypoint.ts';
import { ImageFileSystem, TooLarge } from './file-system.ts';
import type { LayerStore } from './layer-store.ts';
import { hasElfPrograms } from './machine.ts';
import type { ReadLayer, UnreadLayer } from './read-layer.ts';

export { isReadWhole, judgeContent, type ContentVerdict } from './verdict.ts';

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
  /** Layers that the budget for reading left out; undefined when there was enough. They are not in `unread`. */
  readonly overBudget: OverBudget | undefined;
  /** What is odd about layers that were read. */
  readonly warnings: readonly string[];
}

/** Layers of one image that were not read, or not to the end, because the budget was spent. */
export interface OverBudget {
  readonly layers: readonly NonNullable<UnreadLayer['overBudget']>[];
  /** How many layers the image has. */
  readonly of: number;
}

/** Whether a file, by its path from the root without a leading slash, may be of another machine. */
export type AllowedFiles = (path: string) => boolean;

/** Machines that are counted by name; a hostile image has a quarter of a million. */
const maxMachines = 30;
const otherMachines = 'other machines';

/**
 * Reads every layer of an image, and says what it holds; an image for a system without ELF programs is not read.
 * @throws E_LAYER for a layer that is not what the config says; all that are not, at once
 */
export async function readContent(
  image: ProvenImage,
  store: LayerStore,
  allowed: AllowedFiles,
): Promise<ImageContent> {
  const { layers } = image.manifest;
  const { diffIds } = image.config;
  if (!hasElfPrograms(image.platform.os)) return contentOf(image.config, [], allowed);
  checkLayerCount(image.descriptor.digest, layers.length, diffIds.length);
  return store.forImage(async () => {
    const reading = new ContentReading();
    const reads = layers.map((layer, index) => async () => store.read(layer, diffIds[index]));
    await inOrder(reads, store.atOnce + 1, (layer) => {
      reading.apply(layer);
    });
    return reading.finish(image.config, allowed);
  });
}

/** What an image of these layers holds, lowest first. */
export function contentOf(
  config: ImageConfig,
  layers: readonly ReadLayer[],
  allowed: AllowedFiles,
): ImageContent {
  const reading = new ContentReading();
  for (const layer of layers) reading.apply(layer);
  return reading.finish(config, allowed);
}

/** @throws E_LAYER for an image that no runtime takes. */
export function checkLayerCount(name: string, layers: number, diffIds: number): void {
  if (diffIds === layers) return;
  throw new CodedError('E_LAYER', `${name} has ${layers} layers and ${diffIds} diffIDs`, {
    hint: 'runtimes refuse such an image; build and push it again',
  });
}

/** Does some of the work ahead, and takes the results in order. @throws all failures at once, when everything has ended */
async function inOrder<T>(
  work: readonly (() => Promise<T>)[],
  ahead: number,
  take: (result: T) => void,
): Promise<void> {
  const failures: CodedError[] = [];
  const todo = [...work];
  const underWay: Promise<PromiseSettledResult<T>[]>[] = [];
  while (todo.length > 0 || underWay.length > 0) {
    for (const start of todo.splice(0, ahead - underWay.length)) underWay.push(Promise.allSettled([start()]));
    for (const result of (await underWay.shift()) ?? []) {
      if (result.status === 'rejected') failures.push(toCodedError(result.reason));
      else if (failures.length === 0) take(result.value);
    }
  }
  if (failures.length > 0) throw joinErrors(failures);
}

/** One image's content, put together layer by layer. */
class ContentReading {
  readonly #files = new ImageFileSystem();
  readonly #unread: string[] = [];
  readonly #overBudget: OverBudget['layers'][number][] = [];
  #layers = 0;
  readonly #warnings: string[] = [];
  #isTooLarge = false;

  apply(layer: ReadLayer): void {
    this.#layers += 1;
    if ('unread' in layer) {
      if (layer.overBudget === undefined) this.#unread.push(layer.unread);
      else this.#overBudget.push(layer.overBudget);
      return;
    }
    if (layer.warning !== undefined) this.#warnings.push(layer.warning);
    this.#guard(() => {
      this.#files.apply(layer);
    });
  }

  finish(config: ImageConfig, allowed: AllowedFiles): ImageContent {
    const found = this.#guard(() => ({
      started: startedPrograms(config, this.#files).filter(({ path }) => !allowed(path)),
      ...countMachines(this.#files, allowed),
    }));
    const tooLarge = this.#isTooLarge ? ['it has more folders and links than are looked at'] : [];
    return {
      ...(found ?? { started: [], machines: {}, examples: {} }),
      unread: [...this.#unread, ...tooLarge],
      overBudget: this.#overBudget.length > 0 ? { layers: this.#overBudget, of: this.#layers } : undefined,
      warnings: this.#warnings,
    };
  }

  /** Nothing more is done once the image was too large. */
  #guard<T>(work: () => T): T | undefined {
    if (this.#isTooLarge) return undefined;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.#isTooLarge = true;
      return undefined;
    }
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
