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

/**
 * Reads the layers of all images, if they are small enough that a look is worth it, and says what is started there. Nothing
 * that is found wrong is an error: it is told.
 * @param max compressed bytes, all layers together, each once
 */
export async function readMachines(
  images: readonly ProvenImage[],
  open: (layer: Descriptor) => AsyncIterable<Uint8Array>,
  max: number,
): Promise<Machines> {
  const layers = new Map(
    images.flatMap(({ manifest }) => manifest.layers.map((layer) => [layer.digest, layer.size])),
  );
  const total = [...layers.values()].reduce((sum, size) => sum + size, 0);
  if (total > max) {
    const unread = `not read: the layers have ${formatBytes(total)}, and inspect reads ${formatBytes(max)} at most; verify with check full reads all`;
    return { byImage: new Map(), warnings: [], unread };
  }
  const store = new LayerStore(open);
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
