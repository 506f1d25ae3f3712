/// <reference lib="esnext.disposable" />
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startResultsService } from '../support/results-service.ts';
import { commitAll, installWorkflow, runWorkflow } from './support/act.ts';
import { shippedCli } from './support/cli.ts';
import { writeContext } from './support/context.ts';
import { runImage, startDaemonless, type EngineHost } from './support/engines.ts';
import { temporaryFolder } from './support/folders.ts';
import { craneDigest, craneValidate, skopeoRaw, type PublishedIndex } from './support/judges.ts';
import { run, type Finished } from './support/processes.ts';
import { platforms } from './support/publication.ts';
import { startRegistry, type Registry } from './support/registry.ts';
import {
  architectureNames,
  architectures,
  hostArchitecture,
  requireTools,
  root,
  tool,
  zizmor,
} from './support/tools.ts';

const example = path.join(root, 'examples/pipeline.yml');

describe('the example pipeline under act', () => {
  const stack = new AsyncDisposableStack();
  let registry: Registry;
  let podman: EngineHost;
  let image: string;
  let commit: string;
  let finished: Finished;
  let action: string;

  beforeAll(async () => {
    await requireTools();
    registry = stack.use(await startRegistry({ version: 2, auth: 'basic' }));
    podman = stack.use(await startDaemonless('podman'));
    const repository = stack.use(await temporaryFolder()).path;
    image = `${registry.host}/acme/app`;
    await writeContext(repository);
    const workflow = await installWorkflow(example, repository);
    commit = await commitAll(repository, 'v1.2.3');
    action = stack.use(await shippedCli()).folder;
    const docker = path.join(repository, '../no-docker-here.sock');
    finished = await runWorkflow({
      ...{ repository, workflow, ref: 'refs/tags/v1.2.3', action },
      actor: registry.account?.username ?? '',
      token: registry.account?.password ?? '',
      variables: { IMAGE: image, PLATFORMS: JSON.stringify(platformTable()) },
      env: { ...podman.env, DOCKER_HOST: `unix://${docker}` },
    });
  });

  afterAll(async () => {
    await stack.disposeAsync();
  });

  test('has at most 35 lines', async () => {
    expect((await readFile(example, 'utf8')).trimEnd().split('\n').length).toBeLessThanOrEqual(35);
  });

  test('succeeds in every job', () => {
    expect(`${finished.stdout.slice(-6_000)}\nexit ${finished.status}`).toMatch(/exit 0$/);
    expect(finished.stdout.match(/Job succeeded/g)).toHaveLength(2 + platforms.length);
  });

  test('publishes one list of all platforms, and says which commit it is', async () => {
    expect(await craneValidate(registry, `${image}:v1.2.3`)).toContain('PASS');
    expect(await craneDigest(registry, `${image}:latest`)).toBe(
      await craneDigest(registry, `${image}:v1.2.3`),
    );
    const index = JSON.parse(
      (await skopeoRaw(registry, `${image}:v1.2.3`)).toString('utf8'),
    ) as PublishedIndex & {
      readonly annotations?: Readonly<Record<string, string>>;
    };
    expect(index.manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`)).toEqual(
      platforms,
    );
    expect(index.annotations?.['org.opencontainers.image.revision']).toBe(commit);
  });

  test.each(architectureNames)('publishes a list that runs as %s', async (architecture) => {
    expect(await runImage(podman, `${image}:v1.2.3`, architecture, registry)).toBe(
      architectures[architecture],
    );
  });

  test('serves pull requests as well, where only its "on" says so: it builds, hands over, and publishes nothing', async () => {
    await using service = await startResultsService();
    const copy = stack.use(await temporaryFolder()).path;
    await writeContext(copy);
    const workflow = await installWorkflow(example, copy);
    const text = await readFile(path.join(copy, workflow), 'utf8');
    await writeFile(path.join(copy, workflow), text.replace(/^on: .*$/m, 'on: pull_request'));
    const head = { sha: await commitAll(copy, 'unused'), ref: 'topic' };
    const tags = await craneDigest(registry, `${image}:latest`);
    const ran = await runWorkflow({
      ...{ repository: copy, workflow, ref: 'refs/pull/12/merge', action },
      event: {
        name: 'pull_request',
        payload: { number: 12, pull_request: { number: 12, head, base: { ref: 'main' } } },
      },
      actor: registry.account?.username ?? '',
      token: registry.account?.password ?? '',
      variables: { IMAGE: image, PLATFORMS: `linux/${hostArchitecture}: ubuntu-24.04` },
      env: { ...podman.env, ...service.env('run-1', 'job-1') },
    });
    expect(`${ran.stdout.slice(-6_000)}\nexit ${ran.status}`).toMatch(/exit 0$/);
    expect(ran.stdout).toContain(
      `No leg pushed (linux/${hostArchitecture} was built), so nothing is published.`,
    );
    expect(await craneDigest(registry, `${image}:latest`)).toBe(tags);
  });

  test('shows no password in its log', () => {
    const password = registry.account?.password ?? '';
    expect(password).not.toBe('');
    expect(finished.stdout + finished.stderr).not.toContain(password);
  });
});

describe('workflows, examples and the action', () => {
  test('satisfy actionlint', async () => {
    const files = await workflowFiles();
    expect(files.length).toBeGreaterThan(1);
    const found = await run(tool('actionlint'), files, { cwd: root });
    expect(found.stdout + found.stderr).toBe('');
    expect(found.status).toBe(0);
  });

  test('satisfy zizmor at its strictest', async () => {
    const args = [
      '--offline',
      '--persona',
      'auditor',
      '--quiet',
      '--no-progress',
      '--config',
      '.github/zizmor.yml',
    ];
    const found = await run(
      zizmor,
      [...args, ...(await workflowFiles()), 'action.yml', '.github/dependabot.yml'],
      {
        cwd: root,
      },
    );
    expect(`${found.stdout}${found.stderr}`).toMatch(/No findings to report/);
    expect(found.status).toBe(0);
  });
});

async function workflowFiles(): Promise<string[]> {
  const folders = ['.github/workflows', 'examples'];
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(path.join(root, folder))).map((name) => path.join(folder, name)),
    ),
  );
  return names.flat().filter((name) => name.endsWith('.yml'));
}

/** What a repository without Power and Z runners says in its variable: emulate all that this host is not. */
function platformTable(): Record<string, unknown> {
  return Object.fromEntries(
    architectureNames.map((name) => [
      `linux/${name}`,
      { 'runs-on': 'ubuntu-24.04', mode: name === hostArchitecture ? 'native' : 'emulate' },
    ]),
  );
}
