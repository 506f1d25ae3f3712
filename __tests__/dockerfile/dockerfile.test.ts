import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDockerfile, type BuildPlan } from '../../src/dockerfile/dockerfile.ts';
import { formatPlatform, parsePlatform } from '../../src/platform/platform.ts';

const plan: BuildPlan = {
  buildArgs: {},
  targetPlatform: parsePlatform('linux/s390x'),
  buildPlatform: parsePlatform('linux/amd64'),
};

/** `line instruction reference platform`, a `*` where the image that is built stands on it. */
async function read(text: string, over: Partial<BuildPlan> = {}) {
  const { bases, notes } = await readDockerfile(text, { ...plan, ...over });
  return {
    notes,
    bases: bases.map(
      ({ line, instruction, reference, platform, isRoot }) =>
        `${line} ${instruction} ${reference} ${formatPlatform(platform)}${isRoot ? ' *' : ''}`,
    ),
  };
}

async function basesOf(text: string, over: Partial<BuildPlan> = {}): Promise<string[]> {
  const { bases, notes } = await read(text, over);
  expect(notes).toEqual([]);
  return bases;
}

async function notesOf(text: string, over: Partial<BuildPlan> = {}): Promise<readonly string[]> {
  return (await read(text, over)).notes;
}

const pipeline = `# syntax=docker/dockerfile:1
ARG GO=1.24
FROM --platform=$BUILDPLATFORM golang:\${GO} AS build
COPY . .
RUN --mount=from=tools:1,target=/tools make
FROM base:1 AS unused
FROM alpine:3.20 AS runtime
COPY --from=build /out /
COPY --from=certs:2 /etc/ssl /etc/ssl
FROM runtime
`;

describe('the images of a build', () => {
  test('with the line, the platform, and whether the result stands on them', async () => {
    expect(await basesOf(pipeline)).toEqual([
      '3 FROM golang:1.24 linux/amd64',
      '5 RUN --mount tools:1 linux/s390x',
      '7 FROM alpine:3.20 linux/s390x *',
      '9 COPY --from certs:2 linux/s390x',
    ]);
  });

  test('are those that the target needs', async () => {
    expect(await basesOf(pipeline, { target: 'UNUSED' })).toEqual(['6 FROM base:1 linux/s390x *']);
    expect(await basesOf(pipeline, { target: '0' })).toEqual([
      '3 FROM golang:1.24 linux/amd64 *',
      '5 RUN --mount tools:1 linux/s390x',
    ]);
  });

  test('are those of every stage up to the target, for a builder that prunes none', async () => {
    const all = await basesOf(pipeline, { prunes: false });
    expect(all).toContain('6 FROM base:1 linux/s390x');
    expect(await basesOf(pipeline, { prunes: false, target: 'unused' })).toEqual([
      '3 FROM golang:1.24 linux/amd64',
      '5 RUN --mount tools:1 linux/s390x',
      '6 FROM base:1 linux/s390x *',
    ]);
  });

  test('are what build arguments make of them', async () => {
    expect(await basesOf('ARG A=x\nFROM $A', { buildArgs: { A: 'y', B: 'z' } })).toEqual([
      '2 FROM y linux/s390x *',
    ]);
    // Only what is declared before the first FROM is seen there.
    expect(await notesOf('FROM a:$B', { buildArgs: { B: 'z' } })).toEqual(['line 1: FROM "" is not a tag']);
  });

  test('know of target and builder without being told', async () => {
    const text = 'FROM --platform=$TARGETOS/$BUILDARCH a:$TARGETARCH-$TARGETVARIANT-$TARGETSTAGE AS it';
    expect(await basesOf(text, { targetPlatform: parsePlatform('linux/arm/v6') })).toEqual([
      '1 FROM a:arm-v6-it linux/amd64 *',
    ]);
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['FROM alpine', { alpine: 'docker-image://quay.io/a/b:1' }, ['1 FROM quay.io/a/b:1 linux/s390x *']],
    ['FROM alpine:latest', { alpine: './here' }, []],
    ['FROM alpine', { 'docker.io/library/alpine:latest': 'oci-layout://x' }, []],
    ['FROM alpine:3', { alpine: './here' }, ['1 FROM alpine:3 linux/s390x *']],
    ['FROM x AS base\nFROM base', { base: 'docker-image://y' }, ['1 FROM y linux/s390x *']],
    ['FROM scratch\nCOPY --from=assets / /', { assets: 'https://a.b/c.git' }, []],
    ['FROM scratch\nCOPY --from=assets / /', { assets: 'docker-image://y' }, ['2 COPY --from y linux/s390x']],
    ['FROM scratch\nRUN --mount=from=assets,target=/x y', { assets: 'target:z' }, []],
  ])('%j with the contexts %j', async (text, buildContexts, bases) => {
    expect(await basesOf(text, { buildContexts })).toEqual(bases);
  });

  test('are none where there is no image', async () => {
    expect(await basesOf('FROM scratch\nCOPY a /')).toEqual([]);
  });

  test('are asked for each platform that they are wanted for', async () => {
    const text =
      'FROM a AS x\nFROM --platform=$BUILDPLATFORM a AS y\nFROM scratch\nCOPY --from=x / /\nCOPY --from=y / /';
    expect(await basesOf(text)).toEqual(['1 FROM a linux/s390x', '2 FROM a linux/amd64']);
  });

  test('stand where their instruction begins, whatever stands before it', async () => {
    const text =
      '\ufeff# a comment\r\n\r\nfrom \\\r\n  # another\r\n  a@sha256:' + 'a'.repeat(64) + ' AS x\r\n';
    expect(await basesOf(text)).toEqual([`3 FROM a@sha256:${'a'.repeat(64)} linux/s390x *`]);
  });

  test('go round and round no longer than once', async () => {
    expect(await basesOf('FROM a AS x\nCOPY --from=y / /\nFROM b AS y\nCOPY --from=x / /')).toHaveLength(2);
    expect(await basesOf('FROM a AS x\nCOPY --from=x / /')).toEqual(['1 FROM a linux/s390x *']);
  });

  test('follow a chain of thousands of stages', async () => {
    const stages = Array.from({ length: 2000 }, (_, index) => `FROM s${index} AS s${index + 1}`);
    expect(await basesOf(['FROM a AS s0', ...stages].join('\n'))).toEqual(['1 FROM a linux/s390x *']);
  });

  test('stages of podman may have a name from a variable', async () => {
    expect(await basesOf('ARG N=one\nFROM a AS $N\nFROM one')).toEqual(['2 FROM a linux/s390x *']);
  });
});

describe('what the text alone does not tell', () => {
  test.each<[string, string]>([
    ['', 'it has no FROM'],
    ['ARG A=1', 'it has no FROM'],
    ['RUN a\nFROM b', 'line 1: there is no FROM before it'],
    ['FROM', 'line 1: FROM "" is not "FROM image [AS name]"'],
    ['FROM a b', 'line 1: FROM "a b" is not "FROM image [AS name]"'],
    ['FROM a AS', 'line 1: FROM "a AS" is not "FROM image [AS name]"'],
    ['FROM a AS b c', 'line 1: FROM "a AS b c" is not "FROM image [AS name]"'],
    ['FROM $A', 'line 1: FROM names no image: its variables have no value'],
    ['FROM a:$A', 'line 1: FROM "" is not a tag'],
    ['FROM ${A', 'line 1: FROM "${A" can\'t be expanded: bad substitution'],
    ['ARG A=${B\nFROM a', '"${B" can\'t be expanded: bad substitution'],
    ['FROM --platform=$X a', 'line 1: FROM "" is not a platform: it is empty'],
    ['FROM a\nINCLUDE+ b', 'line 2: "INCLUDE+" is no instruction'],
    [
      '# syntax=edrevo/dockerfile-plus\nFROM a',
      'it is in a language of its own: syntax="edrevo/dockerfile-plus"',
    ],
    [`FROM a\nRUN ${'x'.repeat(300_000)}`, 'it has 300011 characters'],
    ['FROM a\nRUN 3<<EOF cat\nFROM b\nEOF', 'line 4: "EOF" is no instruction'],
    ['FROM https://a.b/c', 'line 1: FROM "https://a.b/c" is a URL, not an image name'],
  ])('%j is a note: %s', async (text, note) => {
    expect(await read(text)).toEqual({ notes: [note], bases: [] });
  });

  test.each([
    [
      'FROM a\nCOPY --from=$B / /',
      'line 2: COPY --from takes "$B" from a variable, which builders understand differently',
    ],
    ['FROM a\nCOPY --from=7 / /', 'line 2: COPY --from takes from stage 7, which there is not'],
    [
      'FROM a\nRUN --mount=from=B,target=/b x',
      'line 2: RUN --mount "B" is not an image name: it has upper-case letters',
    ],
  ])('and leaves the rest as it is: %j', async (text, note) => {
    expect(await read(text)).toEqual({ notes: [note], bases: ['1 FROM a linux/s390x *'] });
  });

  test('a target that is no stage', async () => {
    expect(await notesOf('FROM a AS b\nFROM c', { target: 'd' })).toEqual(['there is no stage "d", only b']);
  });

  test('stages that the target does not need are not complained about', async () => {
    expect(await basesOf('FROM $A AS x\nFROM a')).toEqual(['2 FROM a linux/s390x *']);
  });

  test.each([
    'docker/dockerfile:1',
    'docker.io/docker/dockerfile:1.7-labs',
    'quay.io/mirror/dockerfile-upstream:master',
  ])('syntax=%s is the language that it reads', async (syntax) => {
    expect(await basesOf(`# syntax = ${syntax}\nFROM a`)).toEqual(['2 FROM a linux/s390x *']);
  });
});

/** A stage in the abstract: what it stands on, and what it takes from. A number is another stage, a word an image. */
interface Shape {
  readonly base: number | string;
  readonly sources: readonly { readonly from: number | string; readonly by: 'copy' | 'mount' | 'index' }[];
}

const image = fc.integer({ min: 0, max: 9 }).map((number) => `img${number}`);
const shapes = fc
  .array(
    fc.record({
      base: fc.oneof(image, fc.nat(9)),
      sources: fc.array(
        fc.record({
          from: fc.oneof(image, fc.nat(9)),
          by: fc.constantFrom('copy' as const, 'mount' as const, 'index' as const),
        }),
        { maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 8 },
  )
  // A stage stands on one before it, and takes from any that is there.
  .map((all): Shape[] =>
    all.map(({ base, sources }, index) => ({
      base: typeof base === 'string' ? base : index === 0 ? 'img0' : base % index,
      sources: sources.map(({ from, by }) => ({
        from: typeof from === 'string' ? from : from % all.length,
        by,
      })),
    })),
  );

const style = fc.record({
  newline: fc.constantFrom('\n', '\r\n'),
  from: fc.constantFrom('FROM', 'from', 'From'),
  between: fc.constantFrom(
    '',
    '# FROM nothing',
    'RUN <<EOF\nFROM nothing\nEOF',
    'RUN a \\\n  # FROM b\n  && FROM c',
  ),
  breaks: fc.boolean(),
});

function render(
  all: readonly Shape[],
  { newline, from, between, breaks }: { newline: string; from: string; between: string; breaks: boolean },
): string {
  const named = (one: number | string): string => (typeof one === 'string' ? one : `Stage${one}`);
  return all
    .flatMap(({ base, sources }, index) => [
      `${from} ${breaks ? '\\\n ' : ''}${named(base)} AS Stage${index}`,
      between,
      ...sources.map((source) => {
        if (source.by === 'mount') return `RUN --mount=type=bind,from=${named(source.from)},target=/x true`;
        return `COPY --from=${source.by === 'index' ? String(source.from) : named(source.from)} a b`;
      }),
    ])
    .join('\n')
    .replaceAll('\n', newline);
}

/** The images that a stage reaches, found by walking. */
function reached(all: readonly Shape[], index: number, seen = new Set<number>()): Set<string> {
  if (seen.has(index)) return new Set();
  seen.add(index);
  const shape = all[index];
  if (shape === undefined) return new Set();
  const next = [shape.base, ...shape.sources.map(({ from }) => from)];
  return new Set(next.flatMap((one) => (typeof one === 'string' ? [one] : [...reached(all, one, seen)])));
}

describe('stages', () => {
  test('that the target reaches are never dropped, and others always', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, style, fc.nat(7), async (all, how, wanted) => {
        const target = wanted % all.length;
        const { bases, notes } = await readDockerfile(render(all, how), {
          ...plan,
          target: `stage${target}`,
        });
        expect(notes).toEqual([]);
        expect(new Set(bases.map(({ reference }) => reference))).toEqual(reached(all, target));
      }),
    );
  });

  test('whatever the text is, reading it ends in images and notes', async () => {
    const word = fc.constantFrom(
      'FROM',
      'ARG',
      'COPY',
      '--from=',
      'AS',
      '$',
      '${',
      '}',
      '\\',
      '\n',
      '"',
      "'",
      '<<',
      'EOF',
      '#',
      ' ',
      'a',
      '=',
      '`',
      '\r\n',
      '/',
      '--mount=from=',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 40 }), async (words) => {
        const { bases, notes } = await readDockerfile(words.join(''), plan);
        expect(bases.every(({ line }) => line > 0)).toBe(true);
        expect(Array.isArray(notes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

test.each<[string, string, Partial<BuildPlan>, number[]]>([
  ['stages of the target', 'FROM a\nRUN x\nRUN y', {}, [2, 3]],
  [
    'a native stage that is only copied from',
    'FROM --platform=$BUILDPLATFORM a AS b\nRUN x\nFROM scratch\nCOPY --from=b / /',
    {},
    [],
  ],
  ['a stage on a native one', 'FROM --platform=linux/amd64 a AS b\nFROM b\nRUN x', {}, []],
  [
    'a stage that names the target',
    'FROM --platform=$TARGETPLATFORM a AS b\nRUN x\nFROM b\nRUN y',
    {},
    [2, 4],
  ],
  ['what the target does not need', 'FROM a AS b\nRUN x\nFROM --platform=$BUILDPLATFORM c', {}, []],
  [
    'it, where the builder does not prune',
    'FROM a AS b\nRUN x\nFROM --platform=$BUILDPLATFORM c',
    { prunes: false },
    [2],
  ],
  ['the own machine', 'FROM a\nRUN x', { targetPlatform: parsePlatform('linux/amd64/v3') }, []],
  ['a platform that can not be told', 'FROM --platform=$WHAT a\nRUN x', {}, []],
])('RUN steps of another machine: %s', async (_, text, over, lines) => {
  expect((await readDockerfile(text, { ...plan, ...over })).foreignRuns).toEqual(lines);
});
