import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { supportTable } from '../src/engines/support.ts';
import { inputNames, inputTable } from '../src/inputs/table.ts';
import { outputNames } from '../src/inputs/outputs.ts';

const root = join(import.meta.dirname, '..');
const actionYml = readFileSync(join(root, 'action.yml'), 'utf8');

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly required: boolean; readonly default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: unknown;
}

const action = parse(actionYml) as Action;

describe('action.yml', () => {
  test('has every input of the table, `command`, and nothing else', () => {
    expect(Object.keys(action.inputs)).toEqual(['command', ...inputNames]);
  });

  test('has every output of the table, and nothing else', () => {
    expect(Object.keys(action.outputs)).toEqual(outputNames);
  });

  test('holds no default but that of the token, so that what was set can be told from what was not', () => {
    const defaults = Object.entries(action.inputs).filter(([, input]) => input.default !== undefined);
    expect(defaults.map(([name, input]) => [name, input.default])).toEqual([
      ['github-token', '${{ github.token }}'],
    ]);
  });

  test('requires the command alone', () => {
    const required = Object.entries(action.inputs).filter(([, input]) => input.required);
    expect(required.map(([name]) => name)).toEqual(['command']);
  });

  test('runs the two entries of dist on node24', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/post.js' });
  });

  test.each(Object.entries(action.inputs))('%s says what it is', (_, { description }) => {
    expect(description).toMatch(/\S.*\.$/u);
  });
});

test('the input reference names every input and output', () => {
  const docs = readFileSync(join(root, 'docs/inputs.md'), 'utf8');
  for (const name of [...inputNames, ...outputNames]) expect(docs).toContain(`\`${name}\``);
  for (const name of inputNames)
    if (inputTable[name].later === undefined) expect(docs).toContain(`### \`${name}\``);
});

test('the reference of engines names every option that an engine may lack', () => {
  const docs = readFileSync(join(root, 'docs/engines.md'), 'utf8');
  for (const option of Object.keys(supportTable)) expect(docs).toContain(`\`${option}\``);
});

test('action.yml, docs/inputs.md and docs/engines.md are what `npm run build` writes', async () => {
  const script = `
    import { documents } from './scripts/documents.js';
    process.stdout.write(JSON.stringify([...await documents(process.cwd())]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
  });
  const written = new Map(JSON.parse(stdout) as [string, string][]);
  expect([...written.keys()]).toEqual(['action.yml', 'docs/inputs.md', 'docs/engines.md']);
  for (const [path, text] of written) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
}, 60_000);
