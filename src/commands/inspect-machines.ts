import { errorLine, toCodedError } from '../errors.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import { formatPlatform } from '../platform/platform.ts';
import { formatBytes } from '../report/format.ts';
import { judgeContent, readContent } from '../verify/content/content.ts';
import { LayerStore } from '../verify/content/layer-store.ts';
import { wordOf } from '../verify/content/word.ts';
import type { ProvenImage } from '../verify/source.ts';

/** What the programs are made for that the images start. */
export interface Machines {
  readonly byImage: ReadonlyMap<Digest, string>;
  readonly warnings: readonly string[];
  /** For people: why nothing was read; undefined where something was. */
  readonly unread: string | undefined;
}

/** How much is read, all layers together, each once. */
export interface LookLimit {
  /** Nothing is read where the layers have more bytes than this as they are stored. */
  readonly stored?: number;
  /** Inflated bytes; what is beyond is told. */
  readonly inflated?: number;
}

/**
 * Reads the layers of all images, if they are small enough that a look is worth it, and says what is started there. Nothing
 * that is found wrong is an error: it is told.
 */
export async function readMachines(
  images: readonly ProvenImage[],
  open: (layer: Descriptor) => AsyncIterable<Uint8Array>,
  { stored = Infinity, inflated }: LookLimit,
): Promise<Machines> {
  const layers = new Map(
    images.flatMap(({ manifest }) => manifest.layers.map((layer) => [layer.digest, layer.size])),
  );
  const total = [...layers.values()].reduce((sum, size) => sum + size, 0);
  if (total > stored) {
    const unread = `not read: the layers have ${formatBytes(total)}, and inspect reads ${formatBytes(stored)} at most, unless content-limit is set`;
    return { byImage: new Map(), warnings: [], unread };
  }
  const store = new LayerStore(open, inflated);
  const byImage = new Map<Digest, string>();
  const warnings: string[] = [];
  await Promise.all(
    images.map(async (image) => {
      const origin = formatPlatform(image.platform);
      try {
        const content = await readContent(image, store, () => false);
        const { entrypoint } = wordOf(content);
        if (entrypoint !== undefined) byImage.set(image.descriptor.digest, entrypoint);
        const verdict = judgeContent(image.platform, content, origin);
        warnings.push(...verdict.errors.map(({ message }) => message), ...verdict.warnings);
      } catch (error) {
        warnings.push(`the layers of ${origin} can't be read: ${errorLine(toCodedError(error))}`);
      }
    }),
  );
  return { byImage, warnings, unread: undefined };
}
