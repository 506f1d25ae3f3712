import { CodedError, quote } from '../errors.ts';
import { expand, type Variables } from './expand.ts';
import type { Flag, Instruction } from './instructions.ts';

/** Content that a stage takes from elsewhere: the name of a stage, its number, or an image. */
export interface Source {
  readonly from: string;
  readonly line: number;
  readonly instruction: 'COPY --from' | 'RUN --mount';
}

export interface Stage {
  /** Lower case; undefined where it has none. */
  readonly name?: string;
  /** Of its FROM, from 1. */
  readonly line: number;
  /** Filled in. An image, a stage before it, or `scratch`; empty where the variables lead to nothing. */
  readonly base: string;
  /** Filled in; undefined where FROM names none. */
  readonly platform?: string;
  readonly sources: readonly Source[];
  /** The lines of its RUN steps. */
  readonly runs: readonly number[];
  /** What a stage that stands on this one takes in by ONBUILD. */
  readonly triggered: readonly Source[];
  /** Why `base` or `platform` are not what the build will see. */
  readonly problem?: string;
}

/** The stages, in their order. @throws E_INPUT for a FROM that no builder takes */
export function readStages(
  instructions: readonly Instruction[],
  variables: Variables,
  escape: string,
): Stage[] {
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []));
  return starts.map((start, position) => {
    const [from, ...rest] = instructions.slice(start, starts[position + 1]);
    if (from === undefined) throw new CodedError('E_INTERNAL', 'a stage without its FROM');
    return {
      ...readFrom(from, variables, escape),
      sources: rest.flatMap((instruction) => sourcesOf(instruction)),
      runs: rest.flatMap(({ keyword, line }) => (keyword === 'RUN' ? [line] : [])),
      triggered: rest.flatMap(({ trigger, line }) =>
        trigger === undefined ? [] : sourcesOf(trigger).map((source) => ({ ...source, line })),
      ),
    };
  });
}

type Head = Omit<Stage, 'sources' | 'runs' | 'triggered'>;

/** https://docs.docker.com/reference/dockerfile/#from */
function readFrom({ content, flags, line }: Instruction, variables: Variables, escape: string): Head {
  const [base = '', as, name, more] = content.trim().split(/\s+/u);
  const isNamed = as?.toLowerCase() === 'as' && name !== undefined && more === undefined;
  if (base === '' || (as !== undefined && !isNamed)) {
    throw new CodedError('E_INPUT', `line ${line}: FROM ${quote(content, 80)} is not "FROM image [AS name]"`);
  }
  try {
    const platform = flags.find((flag) => flag.name === 'platform');
    return {
      line,
      // podman and buildah fill in names as well; BuildKit refuses what has a variable.
      ...(isNamed && { name: expand(name, variables, escape).toLowerCase() }),
      base: expand(base, variables, escape),
      ...(platform !== undefined && { platform: expand(platform.value, variables, escape) }),
    };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { line, ...(isNamed && { name: name.toLowerCase() }), base: '', problem: error.message };
  }
}

function sourcesOf({ keyword, flags, line }: Instruction): Source[] {
  if (keyword === 'COPY') {
    return flags
      .filter((flag) => flag.name === 'from' && flag.value !== '')
      .map((flag) => ({ from: unquoted(flag.value), line, instruction: 'COPY --from' as const }));
  }
  if (keyword !== 'RUN') return [];
  return flags
    .filter((flag) => flag.name === 'mount')
    .flatMap((flag) => mountSource(flag))
    .map((from) => ({ from, line, instruction: 'RUN --mount' as const }));
}

/** `type=bind,from=image,...`. https://docs.docker.com/reference/dockerfile/#run---mount */
function mountSource({ value }: Flag): string[] {
  return unquoted(value)
    .split(',')
    .map((option) => /^\s*from=(.+)$/iu.exec(option)?.[1])
    .filter((from) => from !== undefined);
}

function unquoted(value: string): string {
  return value.replace(/["']/gu, '');
}
