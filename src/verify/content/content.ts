import { CodedError, settleAll, show } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ImageConfig } from '../../oci/config.ts';
import type { ProvenImage } from '../source.ts';
import { startedPrograms, type StartedProgram } from './entrypoint.ts';
import { ImageFileSystem } from './file-system.ts';
import type { LayerStore } from './layer-store.ts';
import type { ReadLayer } from './read-layer.ts';

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
}

/** Whether a file, by its path from the root without a leading slash, may be of another machine. */
export type AllowedFiles = (path: string) => boolean;

/** A verdict on one image: what was found, in a word, and what is wrong or odd. */
export interface ContentVerdict {
  /** For the report: `ppc64le`, `no programs`, `unknown`. */
  readonly found: string;
  readonly errors: readonly CodedError[];
  readonly warnings: readonly string[];
}

/** The final file system of an image, from its layers in order, and what of it runs. */
export function contentOf(
  config: ImageConfig,
  layers: readonly ReadLayer[],
  allowed: AllowedFiles,
): ImageContent {
  const files = new ImageFileSystem();
  const unread: string[] = [];
  for (const layer of layers) {
    if ('unread' in layer) unread.push(layer.unread);
    else files.apply(layer.changes);
  }
  const machines: Record<string, number> = {};
  const examples: Record<string, string> = {};
  for (const { path, file } of files.files()) {
    // BPF objects are for the kernel, of any machine.
    if (file.kind !== 'program' || file.machine === 'bpf' || allowed(path)) continue;
    machines[file.machine] = (machines[file.machine] ?? 0) + 1;
    examples[file.machine] ??= path;
  }
  const started = startedPrograms(config, files).filter(({ path }) => !allowed(path));
  return { started, machines, examples, unread };
}

/** Reads every layer of an image, and says what it holds. @throws E_LAYER for a layer that is not what the config says. */
export async function readContent(
  image: ProvenImage,
  store: LayerStore,
  allowed: AllowedFiles,
): Promise<ImageContent> {
  const { layers } = image.manifest;
  const { diffIds } = image.config;
  if (diffIds.length !== layers.length) {
    throw new CodedError(
      'E_LAYER',
      `${image.descriptor.digest} has ${layers.length} layers and ${diffIds.length} diffIDs`,
      {
        hint: 'runtimes refuse such an image; build and push it again',
      },
    );
  }
  const read = await settleAll(layers.map(async (layer, index) => store.read(layer, diffIds[index])));
  return contentOf(image.config, read, allowed);
}

/**
 * Whether the programs in an image are of the machine that its platform names. What starting it leads to has to be; where
 * that can't be told, it is enough that some program is, or that there is none at all.
 * @param origin for people: where the image was found
 */
export function judgeContent(platform: Platform, content: ImageContent, origin: string): ContentVerdict {
  const wanted = platform.architecture;
  if (platform.os !== 'linux') return { found: `not looked at for ${platform.os}`, errors: [], warnings: [] };
  const unread = content.unread.map((reason) => `${origin}: ${reason}, so what is in it was not checked`);
  const started = content.started.flatMap(({ file, ...program }) =>
    file.kind === 'program' ? [{ ...program, machine: file.machine }] : [],
  );
  const wrong = started.filter(({ machine }) => machine !== wanted);
  const others = Object.entries(content.machines).filter(([machine]) => machine !== wanted);
  const hint = `build that platform again on its own hardware, or with the right cross target; what is meant to be there is named in allow-foreign`;
  if (wrong.length > 0) {
    const each = wrong.map(
      ({ path, machine, via }) => `/${show(path)} is ${machine} (started by ${show(via)})`,
    );
    return {
      found: wrong[0]?.machine ?? '',
      errors: [
        new CodedError('E_CONTENT_MISMATCH', `${origin} is to be ${wanted}: ${each.join(', ')}`, { hint }),
      ],
      warnings: unread,
    };
  }
  if (
    started.length === 0 &&
    others.length > 0 &&
    content.machines[wanted] === undefined &&
    unread.length === 0
  ) {
    const each = others.map(
      ([machine, count]) => `${count} are ${machine} (/${show(content.examples[machine] ?? '')})`,
    );
    return {
      found: others[0]?.[0] ?? '',
      errors: [
        new CodedError(
          'E_CONTENT_MISMATCH',
          `${origin} is to be ${wanted}, and none of its programs is: ${each.join(', ')}`,
          { hint },
        ),
      ],
      warnings: [],
    };
  }
  const foreign = others.map(
    ([machine, count]) =>
      `${origin} also holds ${count} programs for ${machine}, such as /${show(content.examples[machine] ?? '')}`,
  );
  return {
    found: foundWord(content, wanted, unread.length > 0),
    errors: [],
    warnings: [...unread, ...foreign],
  };
}

function foundWord({ started, machines }: ImageContent, wanted: string, partly: boolean): string {
  const count = machines[wanted] ?? 0;
  if (count > 0)
    return `${wanted}${started.some(({ file }) => file.kind === 'program') ? '' : ' (no entry point found)'}`;
  return partly ? 'unknown' : 'no programs';
}
