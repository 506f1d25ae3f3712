import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** dist/ alone, with no node_modules above it. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dist-test-'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function files(of: string): Map<string, string> {
  const names = readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name).slice(of.length + 1)).sort();
  return new Map(paths.map((path) => [path, readFileSync(join(of, path), 'utf8')]));
}

/** What a build of `project` makes, without writing it. */
async function built(project: string): Promise<Map<string, string>> {
  const script = `
    import { bundle } from ${JSON.stringify(join(root, 'scripts/bundle.js'))};
    process.stdout.write(JSON.stringify([...await bundle(${JSON.stringify(project)})]));`;
  const options = { cwd: tmpdir(), maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script],
    options,
  );
  return new Map((JSON.parse(stdout) as [string, string][]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The folders of all packages that the program itself can need. */
function runtimePackages(): string[] {
  const found = new Set<string>();
  const add = (folder: string): void => {
    const { dependencies } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    for (const name of Object.keys(dependencies ?? {})) {
      const path = located(name, folder);
      if (found.has(path)) continue;
      found.add(path);
      add(path);
    }
  };
  add('.');
  return [...found];
}

/** Where Node finds a package: npm may keep it within one of those that need it. */
function located(name: string, from: string): string {
  const path = join(from, 'node_modules', name);
  return from === '.' || existsSync(join(root, path)) ? path : located(name, dirname(from));
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'dist', script), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '/nowhere', ...env },
  });
  return { status, stdout, stderr };
}

describe('dist', () => {
  test('is what the sources make: after a change, `npm run build` and commit it', async () => {
    const fresh = await built(root);
    const committed = files(join(root, 'dist'));
    expect([...committed.keys()]).toEqual([...fresh.keys()]);
    for (const [path, text] of fresh)
      expect(committed.get(path) === text ? path : `${path} is stale`).toBe(path);
  }, 60_000);

  test('is made with the same bytes in another folder', async () => {
    const other = join(folder, 'a folder elsewhere');
    for (const name of ['src', 'package.json', 'tsconfig.json', ...runtimePackages()]) {
      cpSync(join(root, name), join(other, name), { recursive: true });
    }
    expect(await built(other)).toEqual(await built(root));
  }, 60_000);

  test('names the packages in it, with their licences', () => {
    const notices = files(join(root, 'dist')).get('LICENSES.txt') ?? '';
    for (const name of ['@actions/core@', 'yaml@']) expect(notices).toContain(`\n${name}`);
    expect(notices).not.toContain('undici@');
    expect(notices).not.toContain('has no licence file');
  });

  test('holds no path of the machine that it was made on', () => {
    for (const [path, text] of files(join(root, 'dist'))) {
      expect([path, text.includes(root)]).toEqual([path, false]);
    }
  });
});

describe('the command line, with nothing but Node', () => {
  test('tells its version', () => {
    expect(run('cli.js', ['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('starts by its own name', () => {
    symlinkSync(join(folder, 'dist/cli.js'), join(folder, 'native-multiarch'));
    expect(readFileSync(join(folder, 'native-multiarch'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/u);
  });

  test.each([
    [[], 'E_INPUT: no command is given; see native-multiarch --help'],
    [['merge', '--platfroms', 'x'], 'E_INPUT: "--platfroms" is not a flag; did you mean --platforms?'],
    [['merge', '--images', 'a/b'], 'E_INPUT: --platforms is not set, and merge needs it; set --platforms'],
    [['plan', '--platforms', 'linux/s309x'], 'did you mean'],
  ])('wrong use: %j', (args, line) => {
    const { status, stdout, stderr } = run('cli.js', args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(line);
  });

  test('plans', () => {
    const { status, stdout } = run('cli.js', ['plan', '--json', '--platforms', 'linux/amd64, linux/ppc64le']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ count: 2, platforms: ['linux/amd64', 'linux/ppc64le'] });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it with %d, also while it waits', async (signal, status) => {
    const args = [
      'merge',
      '--images',
      'a/b',
      '--platforms',
      'linux/amd64',
      '--username',
      'me',
      '--password-stdin',
      '--json',
    ];
    const child = spawn(process.execPath, [join(folder, 'dist/cli.js'), ...args]);
    const told = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => (told[name] += chunk.toString()));
    }
    const ended = once(child, 'close');
    setTimeout(() => child.kill(signal), 500);
    expect((await ended)[0]).toBe(status);
    expect(told.stderr).toBe(
      `E_CANCELLED: stopped by ${signal}; run it again: what is done already is not done twice\n`,
    );
    expect(JSON.parse(told.stdout)).toMatchObject({ error: { code: 'E_CANCELLED' } });
  });

  test('a reader that goes away is no failure', () => {
    const cli = join(folder, 'dist/cli.js');
    const { status, stderr } = spawnSync(
      '/bin/sh',
      [
        '-c',
        `{ "$0" "$1" merge --help; echo "status $?" >&2; } | head -n 1 >/dev/null`,
        process.execPath,
        cli,
      ],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, 'status 0\n']);
  });
});

describe('the action, with nothing but Node', () => {
  test('sets outputs and writes the summary', () => {
    const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
    for (const file of [output, summary]) writeFileSync(file, '');
    const env = {
      INPUT_COMMAND: 'plan',
      INPUT_PLATFORMS: 'linux/amd64',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    };
    expect(run('index.js', [], env)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(output, 'utf8')).toMatch(/^matrix<<ghadelimiter_.*\n\{"include":\[/u);
    expect(readFileSync(summary, 'utf8')).toContain('| `linux/amd64` |');
  });

  test('fails with 1, whatever is wrong', () => {
    const { status, stdout } = run('index.js', [], { INPUT_COMMAND: 'mrege' });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^::error title=E_INPUT::E_INPUT: command is "mrege", which is not a command; did you mean merge\?$/mu,
    );
  });

  test('its post step removes what a killed main step left, and nothing else', () => {
    const ours = mkdtempSync(join(folder, 'native-multiarch-'));
    const env = { RUNNER_TEMP: folder };
    expect(run('post.js', [], { ...env, STATE_scratch: join(folder, 'dist') }).status).toBe(0);
    expect(run('post.js', [], { ...env, STATE_scratch: ours }).status).toBe(0);
    expect(run('post.js', [], env).status).toBe(0);
    expect([existsSync(join(folder, 'dist')), existsSync(ours)]).toEqual([true, false]);
  });
});
