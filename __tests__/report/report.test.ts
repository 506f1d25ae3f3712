import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CodedError } from '../../src/errors.ts';
import { factsMarkdown, factsText } from '../../src/report/facts.ts';
import { failureMarkdown, truncateSummary } from '../../src/report/failure.ts';
import { formatBytes, formatDuration, shortDigest } from '../../src/report/format.ts';
import { inspectionMarkdown, inspectionText } from '../../src/report/inspection.ts';
import { code, escapeMarkdown, markdownTable } from '../../src/report/markdown.ts';
import { planMarkdown, planText } from '../../src/report/plan.ts';
import { platformsMarkdown, platformsText, type PlatformReport } from '../../src/report/platforms.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [1536, '1.5 kB'],
  [99_940, '100 kB'],
  [312_400, '312 kB'],
  [999_600, '1 MB'],
  [3_141_592, '3.1 MB'],
  [1_234_567_890, '1.2 GB'],
  [Number.MAX_SAFE_INTEGER, '9 PB'],
])('%d bytes are %j', (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected);
});

test.each([
  [0, '0 s'],
  [0.42, '0.4 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [185, '3 min 5 s'],
  [3600, '1 h'],
  [3725, '1 h 2 min'],
  [7199, '2 h'],
])('%d seconds are %j', (seconds, expected) => {
  expect(formatDuration(seconds)).toBe(expected);
});

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

test('a short digest keeps its algorithm', () => {
  expect(shortDigest(digest)).toBe('sha256:0123456789ab');
});

describe('Markdown', () => {
  test.each([
    ['a | b', 'a &#124; b'],
    ['<img src=x onerror=alert(1)>', '&#60;img src=x onerror=alert&#40;1&#41;&#62;'],
    ['@acme/team #12', '&#64;acme/team &#35;12'],
    ['[x](https://evil)', '&#91;x&#93;&#40;https&#58;//evil&#41;'],
    [
      '**a** _b_ ~c~ `d` $e$ {f}',
      '&#42;&#42;a&#42;&#42; &#95;b&#95; &#126;c&#126; &#96;d&#96; &#36;e&#36; &#123;f&#125;',
    ],
    ['my_app-1.0/x:v1+2', 'my_app-1.0/x:v1+2'],
    ['two\nlines\u{202e}', 'two&#92;nlines&#92;u&#123;202e&#125;'],
    ['&lt;', '&#38;lt;'],
  ])('%j is shown as plain words', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  test('code is in backticks where nothing in it is special, and escaped where something is', () => {
    expect(code('linux/arm/v7')).toBe('`linux/arm/v7`');
    expect(code('a`b|c')).toBe('<code>a&#96;b&#124;c</code>');
    expect(code('')).toBe('<code></code>');
  });

  test('no text breaks out of its cell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const table = markdownTable(['A', 'B'], [[escapeMarkdown(text), code(text)]]);
        expect(table.split('\n')).toHaveLength(4);
        expect(table.split('\n')[2]?.match(/\|/gu)).toHaveLength(3);
        expect(escapeMarkdown(text)).not.toMatch(/[<>|`@\n\r]/u);
      }),
    );
  });
});

const rows: PlatformReport[] = [
  {
    platform: 'linux/amd64',
    digest,
    size: 3_141_592,
    mode: 'native',
    engine: 'podman 5.4.2',
    runner: 'amd64',
    checks: [
      { check: 'config', found: 'linux/amd64', by: 'merge' },
      { check: 'content', found: 'amd64', by: 'leg' },
    ],
  },
  { platform: 'linux/s390x', digest, checks: [] },
];

describe('the table of platforms', () => {
  test('for a terminal', () => {
    expect(platformsText(rows)).toBe(
      [
        'PLATFORM     DIGEST               SIZE    MODE    ENGINE        RUNNER  CHECKS',
        'linux/amd64  sha256:0123456789ab  3.1 MB  native  podman 5.4.2  amd64   config linux/amd64 (merge), content amd64 (leg)',
        'linux/s390x  sha256:0123456789ab  -       -       -             -       -',
        '',
      ].join('\n'),
    );
  });

  test('for a step summary', () => {
    expect(platformsMarkdown(rows)).toBe(
      [
        '| Platform | Digest | Size | Mode | Engine | Runner | Checks |',
        '| --- | --- | --- | --- | --- | --- | --- |',
        '| `linux/amd64` | `sha256:0123456789ab` | 3.1 MB | native | podman 5.4.2 | amd64 | config linux/amd64 &#40;merge&#41;, content amd64 &#40;leg&#41; |',
        '| `linux/s390x` | `sha256:0123456789ab` | - | - | - | - | - |',
        '',
      ].join('\n'),
    );
  });

  test('what a leg said of itself can not paint the terminal', () => {
    const [row] = rows;
    if (row === undefined) throw new Error('no row');
    expect(platformsText([{ ...row, engine: '\u{1b}[2Jpwned\nE_OK' }])).toContain('\\u{1b}[2Jpwned\\nE_OK');
  });
});

test('the table of an inspection has whole digests at a terminal', () => {
  const inspected = [
    {
      platform: 'linux/amd64',
      digest,
      size: 1200,
      layers: 3,
      created: '2026-01-31T12:00:00Z',
      attestations: 1,
    },
    { platform: 'linux/arm/v7', digest, size: 10, layers: 1, attestations: 0 },
  ];
  const [head, first, second] = inspectionText(inspected).split('\n');
  expect(head?.split(/ {2,}/u)).toEqual(['PLATFORM', 'DIGEST', 'SIZE', 'LAYERS', 'CREATED', 'ATTESTATIONS']);
  expect(first?.split(/ {2,}/u)).toEqual(['linux/amd64', digest, '1.2 kB', '3', '2026-01-31T12:00:00Z', '1']);
  expect(second?.split(/ {2,}/u)).toEqual(['linux/arm/v7', digest, '10 B', '1', '-', '0']);
  expect(inspectionMarkdown(inspected)).toContain(`| \`linux/arm/v7\` | \`${digest}\` | 10 B | 1 | - | 0 |`);
});

test('a plan tells what is skipped, and why', () => {
  const planned = [
    { platform: 'linux/amd64', runner: 'ubuntu-24.04', mode: 'native', required: true, timeoutMinutes: 360 },
  ];
  const skipped = [{ platform: 'linux/s390x', reason: 'no runner for <it>' }];
  expect(planText(planned, skipped)).toBe(
    [
      'PLATFORM     RUNNER        MODE    REQUIRED  TIMEOUT',
      'linux/amd64  ubuntu-24.04  native  yes       360 min',
      '',
      'linux/s390x is skipped: no runner for <it>',
      '',
    ].join('\n'),
  );
  expect(planMarkdown(planned, skipped)).toContain('- `linux/s390x` is skipped: no runner for &#60;it&#62;');
});

test('facts stand below each other', () => {
  const facts = [
    ['digest', digest],
    ['tags', ['v1', 'latest|x']],
  ] as const;
  expect(factsText(facts)).toBe(`digest: ${digest}\ntags:   v1\n        latest|x\n`);
  expect(factsMarkdown('Published *it*', facts)).toBe(
    `### Published &#42;it&#42;\n\n|  |  |\n| --- | --- |\n| digest | \`${digest}\` |\n| tags | \`v1\`<br><code>latest&#124;x</code> |\n`,
  );
});

test('a failure is one row under a heading', () => {
  const error = new CodedError('E_BUILD', 'step 3 | failed', { hint: 'see <log>' });
  const lines = failureMarkdown('build', error).split('\n');
  expect(lines.slice(0, 2)).toEqual(['### build failed', '']);
  expect(lines[4]).toBe('| build | `E_BUILD` | step 3 &#124; failed | see &#60;log&#62; |');
  expect(failureMarkdown('', error)).toMatch(/^### failed\n/u);
});

test('a summary is cut at a line, never in a character', () => {
  expect(truncateSummary('short')).toBe('short');
  const cut = truncateSummary('ééé\n'.repeat(100), 200);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(200);
  expect(cut).not.toContain('\u{fffd}');
  expect(cut).toMatch(/^(?:ééé\n)+\n/u);
  expect(truncateSummary('x'.repeat(300), 200)).toBe('\n\n(the rest is in the log)\n');
});
