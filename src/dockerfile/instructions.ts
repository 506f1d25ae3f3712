import { CodedError, quote } from '../errors.ts';

export interface Flag {
  readonly name: string;
  readonly value: string;
}

/** One instruction, its continued lines joined, without comments. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** Where it starts, from 1. */
  readonly line: number;
  /** `--name=value` before all else. */
  readonly flags: readonly Flag[];
  /** What stands behind the flags, as it was written. */
  readonly content: string;
  /** Of ONBUILD: what an image that is built on this one starts with. */
  readonly trigger?: Instruction;
}

export interface Instructions {
  readonly all: readonly Instruction[];
  readonly escape: string;
  /** The value of `# syntax=`. */
  readonly syntax?: string;
}

const keywords: ReadonlySet<string> = new Set([
  ...['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL'],
  ...['MAINTAINER', 'ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
]);

/** What is read of the parser's instructions; its classes have more. */
interface Parsed {
  getInstruction(): string;
  getRange(): { readonly start: { readonly line: number } };
  getArgumentsContent(): string | null;
  getFlags?(): { getName(): string; getValue(): string | null }[];
  getTriggerInstruction?(): Parsed | null;
}

/**
 * The instructions of a Dockerfile. https://docs.docker.com/reference/dockerfile/#format
 * @throws E_INPUT for an instruction that there is none of: it may be the text of a here-document that was not seen as one
 */
export async function readInstructions(text: string): Promise<Instructions> {
  const { DockerfileParser } = await import('dockerfile-ast');
  const dockerfile = DockerfileParser.parse(text);
  const all = dockerfile.getInstructions().map((parsed) => read(parsed));
  const unknown = all.find(({ keyword }) => !keywords.has(keyword));
  if (unknown !== undefined) {
    throw new CodedError('E_INPUT', `line ${unknown.line}: ${quote(unknown.keyword, 40)} is no instruction`);
  }
  const syntax = dockerfile
    .getDirectives()
    .find((directive) => directive.getName().toLowerCase() === 'syntax');
  return {
    all,
    escape: dockerfile.getEscapeCharacter(),
    ...(syntax !== undefined && { syntax: syntax.getValue() }),
  };
}

function read(parsed: Parsed): Instruction {
  const trigger = parsed.getTriggerInstruction?.() ?? undefined;
  return {
    keyword: parsed.getInstruction().toUpperCase(),
    line: parsed.getRange().start.line + 1,
    flags: (parsed.getFlags?.() ?? []).map((flag) => ({
      name: flag.getName(),
      value: flag.getValue() ?? '',
    })),
    content: parsed.getArgumentsContent() ?? '',
    ...(trigger !== undefined && { trigger: read(trigger) }),
  };
}
