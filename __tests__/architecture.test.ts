import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const source = join(import.meta.dirname, '../src');

/** Every file of src/, by its path there, and what it imports: other files by their path, packages by their name. */
const imports = new Map(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, importsOf(file, readFileSync(join(source, file), 'utf8'))]),
);

interface Import {
  readonly to: string;
  /** Loaded when it is needed. */
  readonly lazy: boolean;
  /** Gone when the program runs. */
  readonly typeOnly: boolean;
}

function importsOf(file: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//gu, '');
  const eager = code.matchAll(/^(?:import|export)\s(type\s)?(?:[^;'"]*\sfrom\s+)?(['"])([^'"\n]+)\2/gmu);
  const lazy = code.matchAll(/\bimport\(\s*(['"])([^'"\n]+)\1/gu);
  const found = [
    ...[...eager].map(([, type, , to = '']) => ({ to, lazy: false, typeOnly: type !== undefined })),
    ...[...lazy].map(([, , to = '']) => ({ to, lazy: true, typeOnly: false })),
  ];
  return found.map((each) => ({
    ...each,
    to: each.to.startsWith('.') ? normalize(join(dirname(file), each.to)) : each.to,
  }));
}

/** Floors of the house, from the top. A file imports what is below its own floor, and its own room. */
const floors: readonly (readonly string[])[] = [
  ['action', 'cli'],
  ['compose.ts'],
  ['compose'],
  ['commands'],
  ['engines', 'registry', 'dockerfile', 'verify', 'publish', 'handover', 'github', 'report', 'layout'],
  ['inputs'],
  ['oci', 'platform', 'scratch.ts'],
  ['errors.ts', 'log.ts', 'group-by.ts', 'slots.ts', 'version.ts'],
];

/** Who may import which package. Nobody else may import any. */
const packages: Readonly<Record<string, string>> = {
  '@actions/core': 'action',
  '@actions/exec': 'engines',
  '@actions/tool-cache': 'engines',
  '@actions/artifact': 'handover',
  '@actions/github': 'github',
  '@octokit/rest': 'github',
  yaml: 'inputs',
  'dockerfile-ast': 'dockerfile',
};

/** What computes, and neither reads nor writes. */
const pureModules = ['node:crypto', 'node:url', 'node:buffer', 'node:util'];

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function floorOf(path: string): number {
  return floors.findIndex((rooms) => rooms.includes(roomOf(path)));
}

function isFile(to: string): boolean {
  return imports.has(to);
}

describe('the house', () => {
  test('every room has its floor', () => {
    expect([...imports.keys()].filter((file) => floorOf(file) === -1)).toEqual([]);
    expect(imports.size).toBeGreaterThan(20);
  });

  test('every import of ours is of a file that is there', () => {
    const missing = [...imports].flatMap(([file, all]) =>
      all.filter(({ to }) => to.endsWith('.ts') && !isFile(to)).map(({ to }) => `${file} -> ${to}`),
    );
    expect(missing).toEqual([]);
  });

  test('imports go down, and never sideways', () => {
    const wrong = [...imports].flatMap(([file, all]) =>
      all
        .filter(({ to }) => isFile(to) && roomOf(to) !== roomOf(file) && floorOf(to) <= floorOf(file))
        .map(({ to }) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test('what engines share knows of no engine', () => {
    const shared = /^engines\/(?:request|preflight|smoke|process|failures)\//u;
    const engines =
      /^engines\/(?:(?:docker|buildx|containers|assemble)\/|(?:detect|dockerfile-engine|leftovers)\.ts)/u;
    const wrong = [...imports].flatMap(([file, all]) =>
      all.filter(({ to }) => shared.test(file) && engines.test(to)).map(({ to }) => `${file} -> ${to}`),
    );
    expect([...imports.keys()].filter((file) => shared.test(file)).length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  test('no file needs itself by a way round', () => {
    expect(cycles()).toEqual([]);
  });

  test.each([...imports.keys()])('%s imports the packages of its room only', (file) => {
    const foreign = (imports.get(file) ?? []).filter(
      ({ to }) => !to.endsWith('.ts') && !to.startsWith('node:') && packages[to] !== roomOf(file),
    );
    expect(foreign).toEqual([]);
  });

  test('oci, platform and report compute, and do nothing else', () => {
    const impure = [...imports]
      .filter(([file]) => ['oci', 'platform', 'report'].includes(roomOf(file)))
      .flatMap(([file, all]) =>
        all.filter(({ to }) => !isFile(to) && !pureModules.includes(to)).map(({ to }) => `${file} -> ${to}`),
      );
    expect(impure).toEqual([]);
  });

  test('what costs time at the start is loaded when it is needed', () => {
    const eager = staticallyReachable('cli/main.ts');
    expect([...eager].filter((file) => !isFile(file) && !file.startsWith('node:'))).toEqual([]);
    expect([...eager].filter((file) => /^(?:commands|engines|registry|compose)/u.test(file))).toEqual([]);
  });
});

function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const { to, typeOnly } of imports.get(file) ?? []) {
      if (isFile(to) && !typeOnly) visit(to, [...path, file]);
    }
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

function staticallyReachable(entry: string): Set<string> {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { to, lazy, typeOnly } of imports.get(path) ?? []) if (!lazy && !typeOnly) visit(to);
  };
  visit(entry);
  return seen;
}
