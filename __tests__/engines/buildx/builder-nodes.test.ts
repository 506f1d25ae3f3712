import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEngine } from '../../../src/engines/detect.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { formatPlatform, parsePlatform } from '../../../src/platform/platform.ts';
import { rejection } from '../../support/failure.ts';
import { pathWith, recordingLog, scripted, temporaryFolder, testOptions } from '../support/scripted.ts';

const anything =
  'linux/riscv64, linux/ppc64, linux/ppc64le, linux/s390x, linux/386, linux/arm/v7, linux/arm/v6';

/** buildx 0.30.1 with two BuildKits 0.26.2; labels are left out. */
const farm = (near: string, far: string): string => `Name:          farm
Driver:        remote
Last Activity: 2026-11-21 17:05:47 +0000 UTC

Nodes:
Name:             near
Endpoint:         unix:///run/near.sock
Status:           running
BuildKit version: v0.26.2
Platforms:        ${near}

Name:             far
Endpoint:         unix:///run/far.sock
Status:           running
BuildKit version: v0.26.2
Platforms:        ${far}
`;

/** What buildx writes of it. */
const written = (name: string, nodes: readonly string[]): string =>
  JSON.stringify({
    Name: name,
    Driver: 'remote',
    Nodes: nodes.map((node) => ({ Name: node, Endpoint: `unix:///run/${node}.sock`, Files: null })),
    Dynamic: false,
  });

interface Farm {
  readonly engine: Engine;
  /** The nodes that a build could have been on, one entry a build. */
  readonly builds: string[][];
  readonly log: string[];
}

/** @param machines what each node is, where buildx is asked to build there */
function farmOf(inspected: string, machines: Readonly<Record<string, string>> = {}, isKnown = true): Farm {
  const config = temporaryFolder(
    isKnown ? { 'instances/farm': written('farm', ['near', 'far']) } : { 'instances/other': '' },
  );
  const builds: string[][] = [];
  const { exec } = scripted((line, { args, options }) => {
    if (line.endsWith(' version')) return { stdout: 'github.com/docker/buildx v0.30.1 9e66234\n' };
    if (line.includes(' inspect ')) return { stdout: inspected };
    if (!line.includes(' build ')) return undefined;
    const file = join(options.env['BUILDX_CONFIG'] ?? '', 'instances/farm');
    const { Nodes } = JSON.parse(isKnown ? readFileSync(file, 'utf8') : written('farm', ['near', 'far'])) as {
      Nodes: { Name: string }[];
    };
    builds.push(Nodes.map(({ Name }) => Name));
    const dest = args.find((arg) => arg.startsWith('type=local,dest='))?.slice('type=local,dest='.length);
    if (dest !== undefined)
      mkdirSync(join(dest, machines[Nodes[0]?.Name ?? ''] ?? 'none'), { recursive: true });
    return undefined;
  });
  const { log, lines } = recordingLog();
  const env = { PATH: pathWith('buildx'), BUILDX_CONFIG: config };
  return { engine: createEngine('buildx', testOptions({ exec, env, log })), builds, log: lines };
}

describe('a builder of several machines', () => {
  const two = farm(
    `linux/amd64, linux/amd64/v2, linux/arm64, ${anything}`,
    `linux/arm64, linux/amd64, ${anything}`,
  );

  test.each([
    ['linux/amd64', 'near', 'linux/amd64'],
    ['linux/arm64', 'far', 'linux/arm64'],
    // Of 32 bits, where its own processor runs it.
    ['linux/386', 'near', 'linux/amd64'],
    ['linux/arm/v7', 'far', 'linux/arm64'],
  ])('builds %s natively on %s alone', async (platform, node, own) => {
    const { engine, builds, log } = farmOf(two);
    const ready = await engine.preflight(parsePlatform(platform), 'native');
    expect(ready.mode).toBe('native');
    expect(formatPlatform(ready.host?.platform ?? parsePlatform('linux/none'))).toBe(own);
    expect(builds).toEqual([[node]]);
    expect(log).toContain(`info: ${platform} is built on node ${node} of builder farm, a machine of ${own}`);
  });

  test('of which none is the right one: all are named', async () => {
    const { engine, builds } = farmOf(two);
    expect(await rejection(engine.preflight(parsePlatform('linux/s390x'), 'native'))).toMatchObject({
      code: 'E_HOST_MISMATCH',
      message: 'linux/s390x was to be built natively, and buildx 0.30.1 works on linux/amd64 and linux/arm64',
    });
    expect(builds).toEqual([]);
    expect(await engine.preflight(parsePlatform('linux/s390x'), 'emulate')).toMatchObject({
      mode: 'emulate',
    });
    expect(builds).toEqual([['near']]);
  });

  test('whose platforms somebody set by hand is asked what its machines are', async () => {
    const { engine, builds } = farmOf(
      farm(`linux/arm64*, linux/amd64, ${anything}`, `linux/s390x*, linux/amd64, ${anything}`),
      { near: 'linux-amd64', far: 'linux-s390x' },
    );
    expect(formatPlatform((await engine.host()).platform)).toBe('linux/amd64');
    expect((await rejection(engine.preflight(parsePlatform('linux/arm64'), 'native'))).message).toMatch(
      /works on linux\/amd64 and linux\/s390x$/,
    );
    expect(await engine.preflight(parsePlatform('linux/s390x'), 'native')).toMatchObject({ mode: 'native' });
    expect(builds).toEqual([['near'], ['far'], ['far']]);
    // What buildx itself would take.
    expect(await engine.preflight(parsePlatform('linux/arm64'), 'emulate')).toMatchObject({
      mode: 'emulate',
    });
    expect(builds.at(-1)).toEqual(['near']);
  });

  test('that is written nowhere builds where buildx has it built, and is told as that', async () => {
    const { engine } = farmOf(two, {}, false);
    expect((await rejection(engine.preflight(parsePlatform('linux/arm64'), 'native'))).message).toMatch(
      /works on linux\/amd64 and linux\/arm64$/,
    );
  });
});
