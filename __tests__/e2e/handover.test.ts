/// <reference lib="esnext.disposable" />
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { handOver } from '../support/hand-over.ts';
import { startResultsService, type ResultsService } from '../support/results-service.ts';
import { commitAll, runWorkflow } from './support/act.ts';
import { shippedCli, type Cli } from './support/cli.ts';
import { writeContext } from './support/context.ts';
import { temporaryFolder } from './support/folders.ts';
import { craneDigest, craneValidate, regctl, skopeoRaw, type PublishedIndex } from './support/judges.ts';
import { succeed, debianPath, type Finished } from './support/processes.ts';
import { startRegistry, type Registry } from './support/registry.ts';
import { requireTools } from './support/tools.ts';

const legs = ['linux/amd64', 'linux/s390x'];
const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1';
const ours = 'native-multiarch/native-multiarch@v1';
const common = {
  images: '${{ vars.REGISTRY }}/acme/${{ matrix.image }}',
  tags: 'v1',
  username: '${{ github.actor }}',
  password: '${{ github.token }}',
};

/** Two images of two platforms in one run; a leg fails before its build where it is told to. */
const buildJobs = {
  name: 'legs',
  on: 'push',
  jobs: {
    build: {
      'runs-on': 'ubuntu-24.04',
      strategy: { 'fail-fast': false, matrix: { image: ['app', 'tools'], platform: legs } },
      steps: [
        { uses: checkout },
        { if: "format('{0} {1}', matrix.image, matrix.platform) == env.FAILS", run: 'exit 1' },
        {
          uses: ours,
          with: {
            ...common,
            ...{ command: 'build', platform: '${{ matrix.platform }}', engine: 'assemble' },
            ...{ files: 'busybox-{arch}:/bin/busybox:755', entrypoint: '["/bin/busybox"]' },
            labels: 'image=${{ matrix.image }}',
          },
        },
      ],
    },
  },
};

const mergeJobs = {
  name: 'merge',
  on: 'push',
  jobs: {
    merge: {
      'runs-on': 'ubuntu-24.04',
      strategy: { 'fail-fast': false, matrix: { image: ['app', 'tools'] } },
      steps: [
        {
          uses: ours,
          with: { ...common, command: 'merge', platforms: legs.join(','), handover: 'artifact' },
        },
      ],
    },
  },
};

describe('records through the artifact service of a run, under act', () => {
  const stack = new AsyncDisposableStack();
  let registry: Registry;
  let service: ResultsService;
  let repository: string;
  let action: string;

  beforeAll(async () => {
    await requireTools();
    registry = stack.use(await startRegistry({ version: 2, auth: 'basic' }));
    service = stack.use(await startResultsService());
    repository = stack.use(await temporaryFolder()).path;
    await writeContext(repository);
    await mkdir(path.join(repository, '.github/workflows'), { recursive: true });
    for (const jobs of [buildJobs, mergeJobs]) {
      await writeFile(path.join(repository, `.github/workflows/${jobs.name}.yml`), JSON.stringify(jobs));
    }
    await commitAll(repository, 'v1');
    action = stack.use(await shippedCli()).folder;
  });

  afterAll(async () => {
    await stack.disposeAsync();
  });

  /** One workflow in one attempt of the run. */
  async function attempt(
    number: number,
    name: 'legs' | 'merge',
    { matrix, env = {} }: { matrix?: Record<string, string>; env?: Record<string, string> } = {},
  ): Promise<Finished & { readonly log: string }> {
    const finished = await runWorkflow({
      ...{ repository, action, workflow: `.github/workflows/${name}.yml`, ref: 'refs/tags/v1' },
      actor: registry.account?.username ?? '',
      token: registry.account?.password ?? '',
      variables: { REGISTRY: registry.host },
      env: { ...service.env('run-1', `job-${name}-${number}`), GITHUB_RUN_ATTEMPT: String(number), ...env },
      ...(matrix !== undefined && { matrix }),
    });
    return { ...finished, log: `${finished.stdout}\n${finished.stderr}` };
  }

  async function platformsOf(image: string): Promise<string[]> {
    const raw = (await skopeoRaw(registry, `${registry.host}/acme/${image}:v1`)).toString('utf8');
    const { manifests } = JSON.parse(raw) as PublishedIndex;
    return manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`);
  }

  test('a first attempt in which one leg fails publishes the other image, and says which platform is missing', async () => {
    const built = await attempt(1, 'legs', { env: { FAILS: 'app linux/s390x' } });
    expect([built.status === 0, service.artifacts.length, built.log.slice(-3000)]).toEqual([
      false,
      3,
      expect.anything(),
    ]);
    expect(
      built.log.match(/the record is handed over as artifact native-multiarch\.[0-9a-f]{12}\.linux-\w+\.1/g),
    ).toHaveLength(3);
    const merged = await attempt(1, 'merge');
    expect(merged.log).toContain('E_PLATFORM_MISSING: linux/s390x is missing from the artifacts of this run');
    expect(await platformsOf('tools')).toEqual(legs);
    await expect(platformsOf('app')).rejects.toThrow();
  });

  test('the failed leg, run again, is merged with its sibling of the first attempt', async () => {
    const built = await attempt(2, 'legs', { matrix: { image: 'app', platform: 'linux/s390x' } });
    expect(`${built.log.slice(-3000)}\nexit ${built.status}`).toMatch(/exit 0$/);
    const merged = await attempt(2, 'merge');
    expect(`${merged.log.slice(-3000)}\nexit ${merged.status}`).toMatch(/exit 0$/);
    expect(await platformsOf('app')).toEqual(legs);
    expect(await craneValidate(registry, `${registry.host}/acme/app:v1`)).toContain('PASS');
  });

  test('a leg that is run again although it had succeeded counts once, the newest', async () => {
    await attempt(3, 'legs', { matrix: { image: 'app', platform: 'linux/amd64' } });
    const merged = await attempt(3, 'merge');
    expect(merged.log).toMatch(/artifact \S+linux-amd64\.1 is left aside: \S+linux-amd64\.3 is newer/);
    expect(merged.status).toBe(0);
  });

  test('an artifact that was deleted and made again for another image is caught, and no tag moves', async () => {
    const before = await craneDigest(registry, `${registry.host}/acme/app:v1`);
    const image = `${registry.host}/acme/app`;
    const index = JSON.parse((await skopeoRaw(registry, `${image}:v1`)).toString('utf8')) as PublishedIndex;
    const [amd64] = service.artifacts.filter(({ name }) => name.endsWith('.linux-amd64.3'));
    if (amd64 === undefined) throw new Error('the artifact of the third attempt is not there');
    service.delete(amd64.name);
    const other = index.manifests[1];
    handOver(service, {
      ...{ image, tag: 'v1', platform: 'linux/amd64', attempt: 3, job: 'job-intruder' },
      record: {
        ...{
          schema: 1,
          image,
          platform: 'linux/amd64',
          digest: other?.digest,
          size: other?.size,
          pushed: true,
        },
        mediaType: other?.mediaType,
        run: {
          id: '1',
          attempt: 3,
          sha: await commitOf(repository),
          repository: 'acme/app',
          job: 'job-intruder',
        },
      },
    });
    const merged = await attempt(3, 'merge', { matrix: { image: 'app' } });
    expect(merged.status).not.toBe(0);
    expect(merged.log).toMatch(
      /E_RECORD: artifact \S+linux-amd64\.3 says sha256:\w+, and \S+\/acme\/app:v1-amd64 holds sha256:/,
    );
    expect(await craneDigest(registry, `${registry.host}/acme/app:v1`)).toBe(before);
  });

  test('legs of another commit are never merged', async () => {
    await writeFile(path.join(repository, 'more'), 'of it\n');
    const git = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid'];
    const options = {
      cwd: repository,
      env: { PATH: debianPath, HOME: repository, GIT_CONFIG_NOSYSTEM: '1' },
    };
    await succeed('git', ['add', '.'], options);
    await succeed('git', [...git, 'commit', '--quiet', '--message', 'More'], options);
    await succeed('git', ['tag', '--force', 'v1'], options);
    const merged = await attempt(4, 'merge', { matrix: { image: 'tools' } });
    expect(merged.status).not.toBe(0);
    expect(merged.log).toMatch(
      /E_REVISION_MISMATCH: artifact \S+linux-amd64\.1 \(linux\/amd64\) is of commit/,
    );
  });
});

describe.each([2, 3] as const)('records beside the images, in distribution %d', (version) => {
  const stack = new AsyncDisposableStack();
  let registry: Registry;
  let cli: Cli;
  let folder: string;

  beforeAll(async () => {
    await requireTools();
    registry = stack.use(await startRegistry({ version, auth: 'basic' }));
    cli = stack.use(await shippedCli());
    folder = stack.use(await temporaryFolder()).path;
    await writeContext(folder);
    // More than what is read as quickly as a record is found.
    await writeFile(path.join(folder, 'data'), randomBytes(2 * 1024 * 1024));
  });

  afterAll(async () => {
    await stack.disposeAsync();
  });

  test('are found by others as what refers to the image, and by merge, which then reads no layer', async () => {
    const image = `${registry.host}/acme/app`;
    const env = { DOCKER_CONFIG: registry.dockerConfig };
    const files = '--files=busybox-{arch}:/bin/busybox:755\ndata:/data';
    for (const platform of legs) {
      const args = [
        'build',
        '--engine',
        'assemble',
        '--platform',
        platform,
        '--images',
        image,
        '--tags',
        'v1',
        files,
      ];
      const built = await cli.run(args, { env, cwd: folder });
      expect(`${built.stderr.slice(-2000)}\nexit ${built.status}`).toMatch(
        /v1-\w+ is handed over, with its record sha256:\w+ beside it \(there is no artifact service here: this is no job of a workflow\)[^]*exit 0$/,
      );
    }
    const listed = await regctl(registry, [
      'artifact',
      'list',
      `${image}:v1-s390x`,
      '--format',
      '{{json .}}',
    ]);
    expect(listed.toString()).toContain('application/vnd.native-multiarch.record.v1+json');
    const type = ['--filter-artifact-type', 'application/vnd.native-multiarch.record.v1+json'];
    const record = await regctl(registry, ['artifact', 'get', '--subject', `${image}:v1-s390x`, ...type]);
    expect(JSON.parse(record.toString())).toMatchObject({
      schema: 1,
      platform: 'linux/s390x',
      content: { machines: { s390x: 1 } },
    });
    const before = registry.requests().length;
    const merge = ['merge', '--images', image, '--tags', 'v1', '--platforms', legs.join(',')];
    const { report } = await cli.outputs([...merge, '--check', 'content'], { env });
    expect(JSON.stringify(report).match(/"by":"leg"/g)).toHaveLength(2);
    const blobs = registry
      .requests()
      .slice(before)
      .filter((line) => /^GET .*\/blobs\//.test(line));
    expect(blobs).toHaveLength(2);
  });
});

async function commitOf(repository: string): Promise<string> {
  const options = { cwd: repository, env: { PATH: debianPath, HOME: repository } };
  return (await succeed('git', ['rev-parse', 'HEAD'], options)).stdout.trim();
}
