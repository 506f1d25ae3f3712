import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { errorCodes } from '../src/errors.ts';
import { inputNames } from '../src/inputs/table.ts';
import { errorExamples, exampleLine } from './support/error-examples.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
];

describe('docs/errors.md', () => {
  const sections = new Map(
    read('docs/errors.md')
      .split(/^## /mu)
      .slice(1)
      .map((section) => [section.split('\n', 1).join('').replaceAll('`', ''), section]),
  );

  test('has a section for each code, in the order of the source, and no other', () => {
    expect([...sections.keys()]).toEqual(errorCodes);
  });

  test.each(errorCodes)('%s says what it means, and every line it shows has that code', (code) => {
    const section = sections.get(code) ?? '';
    expect(section).toMatch(/^\*\*Means\.\*\* \S/mu);
    expect(section).toMatch(/^\*\*Cure\.\*\* \S/mu);
    const shown = [...section.matchAll(/^```text\n(.*?)\n```$/gmsu)].map(([, lines = '']) => lines);
    for (const line of shown) expect(line).toMatch(new RegExp(`^(?:warning: )?${code}: `, 'u'));
  });

  test.each(Object.entries(errorExamples))(
    '%s shows the line that the program prints',
    async (code, make) => {
      const line = (await exampleLine(make))?.replace(/(sha256:[0-9a-f]{6})[0-9a-f]{58}/gu, '$1…');
      expect(sections.get(code)?.split('\n')).toContain(line);
    },
  );
});

describe('README.md', () => {
  const readme = read('README.md');

  test('shows examples/pipeline.yml word for word', () => {
    const shown = [...readme.matchAll(/^```yaml\n(.*?)^```$/gmsu)].map(([, text]) => text);
    expect(shown).toContain(read('examples/pipeline.yml'));
  });

  test('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm (?:run ([a-z0-9:]+)|(test)\b)/gu)].map(([, run, own]) => run ?? own ?? ''),
    );
    expect(named).toContain('demo');
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining([...new Set(named)]));
  });

  test('and the other pages show only flags that there are', () => {
    const shell = ['json', 'debug', 'help', 'version', 'password-stdin', 'registry-auth-file'];
    for (const page of pages.filter((name) => name !== 'docs/inputs.md')) {
      const commands = [
        ...read(page).matchAll(/(?:dist\/cli\.js|\bnative-multiarch) [a-z]+ .*(?:\\\n.*)*/gu),
      ];
      const flags = commands.flatMap(([text]) => [...text.matchAll(/ --(?:no-)?([a-z-]+)/gu)]);
      for (const [, flag = ''] of flags) expect([...inputNames, ...shell]).toContain(flag);
    }
  });
});

describe.each(pages)('%s', (page) => {
  test('has no relative link that leads nowhere', () => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = '']) => target);
    const broken = targets.filter((target) => !/^https?:/u.test(target) && !leads(page, target));
    expect(broken).toEqual([]);
  });
});

/** Whether a link from `page` leads to a file or folder of the repository and, behind `#`, to a heading in it. */
function leads(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#', 2);
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (file.startsWith('..') || statSync(join(root, file), { throwIfNoEntry: false }) === undefined)
    return false;
  return anchor === undefined || anchors(read(file)).includes(anchor);
}

/** The anchors that GitHub makes of headings. */
function anchors(markdown: string): string[] {
  const headings = markdown.replace(/^```.*?^```$/gmsu, '').matchAll(/^#{1,6} (.+)$/gmu);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
