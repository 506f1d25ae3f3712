import { CodedError } from '../errors.ts';
import { readInstructions, type Instruction } from './instructions.ts';

/** Docker's configuration has a place for these, and OCI's has none. https://github.com/opencontainers/image-spec/blob/main/config.md */
const keywords: ReadonlySet<string> = new Set(['HEALTHCHECK', 'SHELL', 'ONBUILD']);

export interface DockerOnly {
  /** `SHELL (line 4)` */
  readonly lost: readonly string[];
  /** What of a base image does not come into the image, since the Dockerfile says it anew, or takes it away: `HEALTHCHECK`. */
  readonly replaced: readonly string[];
}

/**
 * What a Dockerfile says up to the stage that is built and some builders leave out of an image in OCI's format: `SHELL (line 4)`.
 * Nothing for a text that can't be read: the builder says why.
 */
export async function dockerOnly(text: string, target?: string): Promise<DockerOnly> {
  let all: readonly Instruction[];
  try {
    ({ all } = await readInstructions(text));
  } catch (error) {
    if (error instanceof CodedError) return { lost: [], replaced: [] };
    throw error;
  }
  const said = all.slice(0, endOf(all, target)).filter(({ keyword }) => keywords.has(keyword));
  return {
    lost: said
      .filter(({ keyword, content }) => !isNone(keyword, content))
      .map(({ keyword, line }) => `${keyword} (line ${line})`),
    replaced: [...new Set(said.map(({ keyword }) => keyword))],
  };
}

function endOf(all: readonly Instruction[], target: string | undefined): number {
  const starts = all.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []));
  const named = starts.findIndex((index) => nameOf(all[index]) === target?.toLowerCase());
  const stage = named === -1 && /^\d{1,6}$/u.test(target ?? '') ? Number(target) : named;
  return (target === undefined || stage === -1 ? undefined : starts[stage + 1]) ?? all.length;
}

function nameOf(from: Instruction | undefined): string | undefined {
  return /\sAS\s+(\S+)\s*$/iu.exec(from?.content ?? '')?.[1]?.toLowerCase();
}

/** `HEALTHCHECK NONE` takes away what there is not. */
function isNone(keyword: string, content: string): boolean {
  return keyword === 'HEALTHCHECK' && /^\s*NONE\s*$/iu.test(content);
}
