import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readDockerfile } from '../../src/dockerfile/dockerfile.ts';
import { formatReference, parseReference } from '../../src/oci/reference.ts';
import { formatPlatform, parsePlatform } from '../../src/platform/platform.ts';

interface Case {
  readonly text: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly target?: string;
  /** `docker.io/library/alpine:latest linux/s390x`, sorted. */
  readonly bases: readonly string[];
}

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, 'buildkit/cases.json'), 'utf8'),
) as readonly Case[];

/** What our reading comes to, in the words of buildkit/main.go. */
async function read({ text, args = {}, target }: Case): Promise<string[]> {
  const { bases, notes } = await readDockerfile(text, {
    buildArgs: args,
    ...(target !== undefined && { target }),
    targetPlatform: parsePlatform('linux/s390x'),
    buildPlatform: parsePlatform('linux/amd64'),
  });
  expect(notes).toEqual([]);
  return bases.map(({ reference, platform }) => `${written(reference)} ${formatPlatform(platform)}`);
}

function written(text: string): string {
  const reference = parseReference(text);
  const isBare = reference.tag === undefined && reference.digest === undefined;
  return formatReference(isBare ? { ...reference, tag: 'latest' } : reference);
}

/** BuildKit writes `linux/arm64/v8` as well as `linux/arm64`. */
function normal(base: string): string {
  const [reference = '', platform = ''] = base.split(' ');
  return `${reference} ${formatPlatform(parsePlatform(platform))}`;
}

describe('the images that BuildKit asks for', () => {
  test('are known for many Dockerfiles', () => {
    expect(cases.length).toBeGreaterThan(200);
  });

  test.each(cases.map((each, index) => [index, each] as const))('%i', async (_, each) => {
    expect([...new Set(await read(each))].sort()).toEqual([...new Set(each.bases.map(normal))].sort());
  });
});
