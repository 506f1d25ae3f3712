import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

interface Shown {
  readonly status: number | null;
  readonly text: string;
  /** What it left behind in the folder for temporary files. */
  readonly left: readonly string[];
  readonly seconds: number;
}

/** Runs the demo as a newcomer does; `meanwhile` sees what it has said so far, each time that it says more. */
async function runDemo(
  args: readonly string[] = [],
  meanwhile: (child: ChildProcess, text: string) => void = () => undefined,
): Promise<Shown> {
  const folder = mkdtempSync(path.join(tmpdir(), 'demo-test-'));
  const started = performance.now();
  try {
    // A pull request's environment and a proxy that nobody listens on: none of it may reach the demo's commands.
    const env = {
      PATH: process.env['PATH'],
      TMPDIR: folder,
      GITHUB_EVENT_NAME: 'pull_request',
      HTTP_PROXY: 'http://127.0.0.1:9',
    };
    const child = spawn(process.execPath, ['scripts/demo.js', ...args], { cwd: root, env });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        meanwhile(child, text);
      });
    }
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, text, left: readdirSync(folder), seconds: (performance.now() - started) / 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('npm run demo', () => {
  let shown: Shown;

  beforeAll(async () => {
    shown = await runDemo();
  }, 30_000);

  test('keeps its promises, in time, and leaves nothing behind', () => {
    expect(shown).toMatchObject({ status: 0, left: [] });
    expect(shown.text).toContain('All as promised');
    expect(shown.seconds).toBeLessThan(10);
  });

  test('shows every command line before what it says', () => {
    const commands = [...shown.text.matchAll(/^\$ node dist\/cli\.js (\w+)/gm)].map(([, command]) => command);
    expect(commands).toEqual([
      'build',
      'build',
      'build',
      'build',
      'merge',
      'verify',
      'inspect',
      'build',
      'merge',
    ]);
  });

  test('shows four platforms, the refusal with its error line, and tags that did not move', () => {
    for (const name of ['amd64', 'arm64', 'ppc64le', 's390x']) {
      expect(shown.text).toMatch(new RegExp(`pushed v1-${name} +sha256:[0-9a-f]{64}`));
    }
    expect(shown.text).toMatch(/^ {2}E_CONTENT_MISMATCH: .*\/hello is amd64/m);
    expect(shown.text).toMatch(/^ {2}E_PLATFORM_MISSING: .*linux\/s390x/m);
    for (const tag of ['v1', 'latest'])
      expect(shown.text).toMatch(new RegExp(`^ {2}${tag} +([0-9a-f]{12}) -> \\1 +same$`, 'm'));
    expect(shown.text).toContain(' 0 of them a write');
  });

  test('has no colours where nobody sees them', () => {
    expect(shown.text).not.toContain('\u001b');
  });
});

describe('a demo that is stopped', () => {
  test('in the middle, cleans up and says so by its exit status', async () => {
    const { status, text, left } = await runDemo([], (child, said) => {
      if (said.includes('pushed v1-arm64')) child.kill('SIGINT');
    });
    expect({ status, left }).toEqual({ status: 130, left: [] });
    expect(text).not.toContain('did not keep its word');
  }, 30_000);

  test('while it waits with --keep, ends well', async () => {
    const { status, left } = await runDemo(['--keep'], (child, said) => {
      if (said.includes('until you press Ctrl-C')) child.kill('SIGINT');
    });
    expect({ status, left }).toEqual({ status: 0, left: [] });
  }, 30_000);
});
