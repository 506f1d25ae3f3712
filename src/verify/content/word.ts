import { CodedError, show } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ImageContent } from './content.ts';
import { notLookedAt, type ContentVerdict } from './verdict.ts';

/** A leg's word about the layers that it pushed: short enough for a record, and enough for a verdict. */
export interface ContentWord {
  /** The machine of what starting the image leads to; absent where that could not be told. */
  readonly entrypoint?: string;
  /** How many programs there are of each machine. */
  readonly machines: Readonly<Record<string, number>>;
}

/** What a leg tells of an image that it has read whole. */
export function wordOf({ started, machines }: ImageContent): ContentWord {
  const entrypoint = started.flatMap(({ file }) => (file.kind === 'program' ? [file.machine] : [])).at(0);
  return { ...(entrypoint !== undefined && { entrypoint }), machines };
}

/** The verdict on a leg's word. A leg that can push can also lie; what the word catches is accidents. */
export function judgeWord(
  platform: Platform,
  { entrypoint, machines }: ContentWord,
  origin: string,
): ContentVerdict {
  const notLooked = notLookedAt(platform);
  if (notLooked !== undefined) return notLooked;
  const wanted = platform.architecture;
  const others = Object.keys(machines).filter((machine) => machine !== wanted);
  const wrong = entrypoint ?? (machines[wanted] === undefined ? others[0] : undefined);
  if (wrong === undefined || wrong === wanted) {
    const found = entrypoint ?? (machines[wanted] === undefined ? 'no programs' : wanted);
    const warnings = others.map(
      (machine) => `${origin} also holds programs for ${show(machine)}, as its leg says`,
    );
    return { found: show(found, 40), errors: [], warnings };
  }
  return {
    found: show(wrong, 40),
    errors: [
      new CodedError(
        'E_CONTENT_MISMATCH',
        `${origin} is to be ${wanted}, and its leg says that its programs are ${show(wrong)}`,
        {
          hint: 'build that platform again on its own hardware; with check full the layers are read again',
        },
      ),
    ],
    warnings: [],
  };
}
