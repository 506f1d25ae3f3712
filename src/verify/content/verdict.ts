import { CodedError, show } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ImageContent } from './content.ts';
import { hasElfPrograms } from './machine.ts';

/** A verdict on one image: what was found, in a word, and what is wrong or odd. */
export interface ContentVerdict {
  /** For the report: `ppc64le`, `no programs`, `unknown`. */
  readonly found: string;
  readonly errors: readonly CodedError[];
  readonly warnings: readonly string[];
}

const hint =
  'build that platform again on its own hardware, or with the right cross target; what is meant to be there is named in allow-foreign';

/**
 * Whether the programs in an image are of the machine that its platform names. What starting it leads to has to be; where
 * that can't be told, it is enough that some program is, or that there is none at all.
 * Programs of the machine's 32-bit sibling (386 on amd64, arm on arm64) are of another machine: not every host of the platform runs them.
 * @param origin for people: where the image was found
 */
export function judgeContent(platform: Platform, content: ImageContent, origin: string): ContentVerdict {
  const wanted = platform.architecture;
  const notLooked = notLookedAt(platform);
  if (notLooked !== undefined) return notLooked;
  const warnings = [
    ...content.unread.map((reason) => `${origin}: ${reason}, so what is in it was not checked`),
    ...content.warnings.map((warning) => `${origin}: ${warning}`),
    ...content.started.flatMap(({ file, via }) =>
      file.kind === 'unknown' ? [`${origin}: ${show(via)} is ${file.what}, so its machine is not known`] : [],
    ),
  ];
  const wrong = wrongOf(content, wanted);
  if (wrong !== undefined) {
    const error = new CodedError('E_CONTENT_MISMATCH', `${origin} is to be ${wanted}${wrong.problem}`, {
      hint,
    });
    return { found: wrong.found, errors: [error], warnings };
  }
  const foreign = foreignOf(content, wanted).map((each) => `${origin} also holds ${each}`);
  return { found: foundWord(content, wanted), errors: [], warnings: [...warnings, ...foreign] };
}

/** The verdict on any image for a system whose programs are no ELF files; undefined for the others. */
export function notLookedAt({ os }: Platform): ContentVerdict | undefined {
  return hasElfPrograms(os)
    ? undefined
    : { found: `not looked at for ${show(os)}`, errors: [], warnings: [] };
}

/** What may not be, and the machine of the first such program. */
function wrongOf(
  content: ImageContent,
  wanted: string,
): { readonly found: string; readonly problem: string } | undefined {
  const started = content.started.flatMap(({ file, ...program }) =>
    file.kind === 'program' ? [{ ...program, machine: file.machine }] : [],
  );
  const [first, ...more] = started.filter(({ machine }) => machine !== wanted);
  if (first !== undefined) {
    const each = [first, ...more].map(
      ({ path, machine, via }) => `/${show(path)} is ${machine} (started by ${show(via)})`,
    );
    return { found: first.machine, problem: `: ${each.join(', ')}` };
  }
  const [machine] = Object.keys(content.machines);
  const isKnown = started.length > 0 || content.unread.length > 0 || content.machines[wanted] !== undefined;
  if (isKnown || machine === undefined) return undefined;
  return {
    found: machine,
    problem: `, and none of its programs is: ${foreignOf(content, wanted).join(', ')}`,
  };
}

function foreignOf({ machines, examples }: ImageContent, wanted: string): string[] {
  return Object.entries(machines)
    .filter(([machine]) => machine !== wanted)
    .map(
      ([machine, count]) =>
        `${count} ${count === 1 ? 'program' : 'programs'} for ${machine}, such as /${show(examples[machine] ?? '')}`,
    );
}

function foundWord({ started, machines, unread }: ImageContent, wanted: string): string {
  if (started.some(({ file }) => file.kind === 'program')) return wanted;
  const isUnknown = unread.length > 0 || started.some(({ file }) => file.kind === 'unknown');
  if (machines[wanted] !== undefined) return isUnknown ? 'unknown' : `${wanted} (no entry point found)`;
  return isUnknown ? 'unknown' : 'no programs';
}
