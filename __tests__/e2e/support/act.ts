/// <reference lib="esnext.disposable" />
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from './folders.ts';
import { debianPath, run, succeed, type Finished } from './processes.ts';
import { tool } from './tools.ts';

export interface WorkflowRun {
  /** The repository that the workflow stands in; it is made a git repository of its own at one commit. */
  readonly repository: string;
  /** Path of the workflow in it. */
  readonly workflow: string;
  readonly ref: string;
  /** Folder that stands for this project's own action. */
  readonly action: string;
  readonly actor: string;
  readonly token: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Only the jobs of a matrix that have these values. */
  readonly matrix?: Readonly<Record<string, string>>;
  /** What set it off, beside `ref`; default: a push. */
  readonly event?: { readonly name: string; readonly payload: Readonly<Record<string, unknown>> };
}

const ourAction = 'native-multiarch/native-multiarch@v1';
const labels = [
  'ubuntu-24.04',
  'ubuntu-24.04-arm',
  'ubuntu-24.04-ppc64le',
  'ubuntu-24.04-s390x',
  'self-hosted',
];

/** Runs a workflow under act, each job on this host whatever its label, with no network needed. */
export async function runWorkflow(wanted: WorkflowRun): Promise<Finished> {
  await using scratch = await temporaryFolder();
  const event = path.join(scratch.path, 'event.json');
  await writeFile(event, JSON.stringify(wanted.event?.payload ?? { ref: wanted.ref }));
  const args = [
    ...[
      wanted.event?.name ?? 'push',
      '--eventpath',
      event,
      '--workflows',
      wanted.workflow,
      '--actor',
      wanted.actor,
      '--no-cache-server',
    ],
    ...labels.flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...['--local-repository', `${ourAction}=${wanted.action}`, '--secret', 'GITHUB_TOKEN'],
    ...Object.entries(wanted.variables).flatMap(([name, value]) => ['--var', `${name}=${value}`]),
    ...Object.entries(wanted.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(wanted.matrix ?? {}).flatMap(([name, value]) => ['--matrix', `${name}:${value}`]),
  ];
  return await run(tool('act'), args, {
    cwd: wanted.repository,
    // act runs actions with the first node on PATH.
    env: {
      PATH: `${path.dirname(process.execPath)}:${debianPath}`,
      HOME: scratch.path,
      XDG_CACHE_HOME: path.join(scratch.path, 'cache'),
      DOCKER_HOST: 'unix:///nonexistent.sock',
      GITHUB_TOKEN: wanted.token,
    },
    timeout: 480_000,
  });
}

/** Makes a git repository at one tagged commit out of what a folder holds. */
export async function commitAll(repository: string, tag: string): Promise<string> {
  const git = async (...args: string[]): Promise<string> =>
    (
      await succeed('git', ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid', ...args], {
        cwd: repository,
        env: { PATH: debianPath, HOME: repository, GIT_CONFIG_NOSYSTEM: '1' },
      })
    ).stdout.trim();
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'The application');
  await git('tag', tag);
  await git('remote', 'add', 'origin', 'https://github.com/acme/app.git');
  return git('rev-parse', 'HEAD');
}

/** Puts a workflow where a repository has it. */
export async function installWorkflow(from: string, repository: string): Promise<string> {
  const place = path.join('.github/workflows', path.basename(from));
  await mkdir(path.join(repository, path.dirname(place)), { recursive: true });
  await cp(from, path.join(repository, place));
  return place;
}
