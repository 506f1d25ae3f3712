import { CodedError, show } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ImageContent, OverBudget } from './content.ts';
import { hasElfPrograms } from './machine.ts';

/** A verdict on one image: what was found, in a word, and what is wrong or odd. */
export interface ContentVerdict {
  /** For the report: `ppc64le`, `no programs`, `unknown`, `not read: budget (2 of 9 layers)`. */
  readonly found: string;
  readonly errors: readonly CodedError[];
  readonly warnings: readonly string[];
}

const hint =
  'build that platform again on its own hardware, or with the right cross target; what is meant to be there is named in allow-foreign';

/**
 * Whether the programs in an image are of the machine that its platform names. What starting it leads to has to be; where
 * that can't be told, it is enough that some program is, or that there is none at all. Where the budget left layers out, what is
 * wrong is a warning, as they may replace it.
 * Programs of the machine's 32-bit sibling (386 on amd64, arm on arm64) are of another machine: not every host of the platform runs them.
 * @param origin for people: where the image was found
 */
export function judgeContent(platform: Platform, content: ImageContent, origin: string): ContentVerdict {
  const wanted = platform.architecture;
  const notLooked = notLookedAt(platform);
  if (notLooked !== undefined) return notLooked;
  const warnings = [
    ...content.unread.map((reason) => `${origin}: ${reason}, so what is in it was not checked`),
    ...(content.overBudget === undefined ? [] : [`${origin}: ${toldOverBudget(content.overBudget)}`]),
    ...content.warnings.map((warning) => `${origin}: ${warning}`),
    ...content.started.flatMap(({ file, via }) =>
      file.kind === 'unknown' ? [`${origin}: ${show(via)} is ${file.what}, so its machine is not known`] : [],
    ),
  ];
  const wrong = wrongOf(content, wanted);
  if (wrong !== undefined) {
    const problem = `${origin} is to be ${wanted}${wrong.problem}`;
    return wrongVerdict(wrong.found, problem, content.overBudget, warnings);
  }
  const foreign = foreignOf(content, wanted).map((each) => `${origin} also holds ${each}`);
  return { found: foundWord(content, wanted), errors: [], warnings: [...warnings, ...foreign] };
}

function wrongVerdict(
  found: string,
  problem: string,
  overBudget: OverBudget | undefined,
  warnings: readonly string[],
): ContentVerdict {
  if (overBudget === undefined)
    return { found, errors: [new CodedError('E_CONTENT_MISMATCH', problem, { hint })], warnings };
  // Layers are read from the lowest up: one that was left out may well be what puts the right program there.
  return {
    found: `${found} (${unreadShare(overBudget)} not read: budget)`,
    errors: [],
    warnings: [...warnings, `${problem}, unless a layer that was not read replaces it`],
  };
}

/** Whether everything of an image was read. */
export function isReadWhole({ unread, overBudget }: ImageContent): boolean {
  return unread.length === 0 && overBudget === undefined;
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
  const isKnown = started.length > 0 || !isReadWhole(content) || content.machines[wanted] !== undefined;
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

function foundWord(content: ImageContent, wanted: string): string {
  const { started, machines, overBudget } = content;
  const isFound = started.some(({ file }) => file.kind === 'program');
  if (overBudget !== undefined) {
    const share = unreadShare(overBudget);
    return isFound ? `${wanted} (${share} not read: budget)` : `not read: budget (${share})`;
  }
  if (isFound) return wanted;
  const isUnknown = !isReadWhole(content) || started.some(({ file }) => file.kind === 'unknown');
  if (machines[wanted] !== undefined) return isUnknown ? 'unknown' : `${wanted} (no entry point found)`;
  return isUnknown ? 'unknown' : 'no programs';
}

function unreadShare({ layers, of }: OverBudget): string {
  return `${layers.length} of ${of} layers`;
}

/** Layers that a warning names; the others are counted. */
const maxNamed = 4;

function toldOverBudget({ layers, of }: OverBudget): string {
  const named = layers
    .slice(0, maxNamed)
    .map(({ layer, read }) => (read === 0 ? layer : `${layer} after ${binaryBytes(read)} of it`));
  const more = layers.length > maxNamed ? [`${layers.length - maxNamed} more`] : [];
  const budget = binaryBytes(layers[0]?.budget ?? 0);
  return `${layers.length} of its ${of} layers were not read, for content-limit (${budget}) was reached: ${[...named, ...more].join(', ')}; what is in them was not checked: raise content-limit, or set it to none`;
}

const binaryUnits = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** As the input is written: in powers of 1024. */
function binaryBytes(bytes: number): string {
  let value = bytes;
  let unit = -1;
  while (unit < binaryUnits.length - 1 && value >= 1024) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${binaryUnits[unit] ?? 'bytes'}`;
}
