import { CodedError, joinErrors, settleAll } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ImageConfig } from '../oci/config.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Platform } from '../platform/platform.ts';
import type { CheckReport } from '../report/platforms.ts';
import { readArchive } from '../verify/content/archive.ts';
import {
  contentOf,
  isReadWhole,
  judgeContent,
  readContent,
  type ContentVerdict,
} from '../verify/content/content.ts';
import { filesMatching } from '../verify/content/globs.ts';
import { defaultReadBudget, LayerStore } from '../verify/content/layer-store.ts';
import { ReadBudget } from '../verify/content/read-layer.ts';
import { judgeWord, wordOf, type ContentWord } from '../verify/content/word.ts';
import type { ProvenImage } from '../verify/source.ts';

/** An image whose programs are to be of its platform's machine. */
export interface CheckedImage {
  readonly image: ProvenImage;
  readonly platform: Platform;
  /** For people: where it was found. */
  readonly origin: string;
  /** What the leg said of the layers that it pushed. */
  readonly word?: ContentWord | undefined;
}

export interface ContentOptions {
  /** `config`: not at all; `content`: the leg's word, else the layers; `full`: the layers. */
  readonly check: 'config' | 'content' | 'full';
  /** Globs of files that may be of another machine. */
  readonly allowForeign: readonly string[];
  /** Inflated bytes that are read at most, of all images together; undefined for the default. */
  readonly limit: number | undefined;
  /** A layer of an image, as it is stored. */
  readonly open: (layer: Descriptor, image: Descriptor) => AsyncIterable<Uint8Array>;
  readonly by: CheckReport['by'];
  readonly log: Log;
}

/**
 * Checks that the programs in each image are of its platform's machine; layers that images share are read once.
 * @returns for each image's digest what was found, and by whom
 * @throws E_CONTENT_MISMATCH, E_LAYER: everything that is wrong, at once
 */
export async function checkContents(
  images: readonly CheckedImage[],
  { check, allowForeign, limit, open, by, log }: ContentOptions,
): Promise<ReadonlyMap<Digest, CheckReport>> {
  if (check === 'config') return new Map();
  const holder = new Map(
    images.flatMap(({ image }) => image.manifest.layers.map((layer) => [layer.digest, image.descriptor])),
  );
  const store = new LayerStore((layer) => open(layer, holder.get(layer.digest) ?? layer), limit);
  const allowed = filesMatching(allowForeign);
  const judged = await settleAll(
    images.map(async ({ image, platform, origin, word }) => {
      const trusted = check === 'content' ? word : undefined;
      const verdict =
        trusted === undefined
          ? judgeContent(platform, await named(origin, readContent(image, store, allowed)), origin)
          : judgeWord(platform, trusted, origin);
      return { digest: image.descriptor.digest, verdict, by: trusted === undefined ? by : ('leg' as const) };
    }),
  );
  tell(
    judged.map(({ verdict }) => verdict),
    log,
  );
  return new Map(
    judged.map(({ digest, verdict, by: whose }) => [
      digest,
      { check: 'content', found: verdict.found, by: whose },
    ]),
  );
}

/** What is wrong with a layer is told with the image that it is in, which is what has to be built again. */
async function named<T>(origin: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'E_LAYER') throw error;
    const { hint, cause } = error;
    throw new CodedError('E_LAYER', `${origin}: ${error.message}`, {
      ...(hint !== undefined && { hint }),
      cause,
    });
  }
}

/** What a leg knows of the image that it built, before that is pushed. */
export interface CheckedArchive {
  /** For the fan-in; absent where some of the image was not read, so that the fan-in looks for itself. */
  readonly word: ContentWord | undefined;
  /** Of the layers that were read: what is pushed has to have the same. */
  readonly diffIds: readonly Digest[];
  readonly config: ImageConfig;
}

/**
 * Reads a built image's layers and says what is in them: a leg's word.
 * @param archive as {@link readArchive} takes it
 * @throws E_CONTENT_MISMATCH, E_LAYER, E_MANIFEST
 */
export async function checkArchive(
  archive: AsyncIterable<Uint8Array>,
  {
    platform,
    origin,
    allowForeign,
    limit = defaultReadBudget,
    log,
  }: Omit<CheckedImage, 'image' | 'word'> & Pick<ContentOptions, 'allowForeign' | 'limit' | 'log'>,
): Promise<CheckedArchive> {
  const { config, layers } = await readArchive(archive, {
    what: origin,
    platform,
    budget: new ReadBudget(limit),
  });
  const content = contentOf(config, layers, filesMatching(allowForeign));
  tell([judgeContent(platform, content, origin)], log);
  return { word: isReadWhole(content) ? wordOf(content) : undefined, diffIds: config.diffIds, config };
}

function tell(verdicts: readonly ContentVerdict[], log: Log): void {
  const errors: CodedError[] = verdicts.flatMap((verdict) => verdict.errors);
  if (errors.length > 0) throw joinErrors(errors);
  for (const warning of verdicts.flatMap((verdict) => verdict.warnings)) log.warning(warning);
}
