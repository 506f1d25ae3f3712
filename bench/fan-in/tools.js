import { accessSync, constants } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { recordOf } from './images.js';
/** @import { Argv, Job, Relation, Tool } from './types.ts' */

/** @type {readonly Relation[]} */
const everywhere = ['same-repository', 'other-repository', 'other-registry'];

/**
 * Ours and its peers, each as its own manual has it. A tool that is not installed has no program.
 * @param {{ cli: string, folders: readonly string[] }} places The built CLI, and where programs are besides PATH.
 * @returns {Tool[]}
 */
export function allTools({ cli, folders }) {
  const find = (/** @type {string} */ name) => findProgram(name, folders);
  return [
    ours(cli),
    crane(find('crane')),
    regctl(find('regctl')),
    dockerManifest(find('docker')),
    buildx(find('buildx')),
    buildah(find('buildah')),
    oras(find('oras')),
  ];
}

/** @param {string} name @param {readonly string[]} folders */
export function findProgram(name, folders) {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, ...path].map((folder) => join(folder, name)).find(isProgram);
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {Job} job */
const sources = ({ images, source }) => images.map(({ tag }) => `${source}:${tag}`);

/** @param {Job} job */
const onTarget = ({ target, tags }) => tags.map((tag) => `${target}:${tag}`);

/** The legs' records lie in a folder, as an artifact download leaves them. @param {string} cli @returns {Tool} */
function ours(cli) {
  return {
    name: 'native-multiarch',
    program: process.execPath,
    version: [process.execPath, cli, '--version'],
    relations: everywhere,
    plan: async (job) => {
      const records = join(job.home, 'records');
      await mkdir(records);
      for (const image of job.images) {
        const file = join(records, `${image.platform.replaceAll('/', '-')}.json`);
        await writeFile(file, JSON.stringify(recordOf(image, job.source)));
      }
      const platforms = job.images.map(({ platform }) => platform).join(',');
      const merge = [process.execPath, cli, 'merge', '--images', job.target, '--tags', job.tags.join(',')];
      return once([...merge, '--platforms', platforms, '--records', records]);
    },
  };
}

/** @param {string | undefined} program @returns {Tool} */
function crane(program = '') {
  return {
    name: 'crane',
    program: program || undefined,
    version: [program, 'version'],
    relations: everywhere,
    plan: (job) => {
      const first = `${job.target}:${String(job.tags[0])}`;
      const append = sources(job).flatMap((source) => ['--manifest', source]);
      return {
        once: [[program, 'index', 'append', '--insecure', ...append, '--tag', first]],
        tags: job.tags.slice(1),
        perTag: (tag) => [[program, 'tag', '--insecure', first, tag]],
      };
    },
  };
}

/** @param {string | undefined} program @returns {Tool} */
function regctl(program = '') {
  return {
    name: 'regctl',
    program: program || undefined,
    version: [program, 'version', '--format', '{{.VCSTag}}'],
    relations: everywhere,
    plan: async (job) => {
      const hosts = Object.fromEntries(job.hosts.map((host) => [host, { tls: 'disabled', hostname: host }]));
      await writeFile(join(job.home, 'regctl.json'), JSON.stringify({ hosts }));
      const first = `${job.target}:${String(job.tags[0])}`;
      const refs = sources(job).flatMap((source) => ['--ref', source]);
      return {
        once: [[program, 'index', 'create', first, ...refs]],
        tags: job.tags.slice(1),
        perTag: (tag) => [[program, 'image', 'copy', first, `${job.target}:${tag}`]],
      };
    },
    env: (job) => ({ REGCTL_CONFIG: join(job.home, 'regctl.json') }),
  };
}

/** No annotate: the images' configs say what they are, so it would only cost time. @param {string | undefined} program @returns {Tool} */
function dockerManifest(program = '') {
  return {
    name: 'docker manifest',
    program: program || undefined,
    version: [program, '--version'],
    relations: ['same-repository', 'other-repository'],
    plan: (job) => ({
      once: [],
      tags: job.tags,
      perTag: (tag) => [
        [program, 'manifest', 'create', '--insecure', `${job.target}:${tag}`, ...sources(job)],
        [program, 'manifest', 'push', '--insecure', '--purge', `${job.target}:${tag}`],
      ],
    }),
    env: () => ({ DOCKER_HOST: 'unix:///nonexistent.sock' }),
  };
}

/** @param {string | undefined} program @returns {Tool} */
function buildx(program = '') {
  return {
    name: 'buildx imagetools',
    program: program || undefined,
    version: [program, 'version'],
    relations: everywhere,
    plan: (job) => {
      const tags = onTarget(job).flatMap((tag) => ['--tag', tag]);
      return once([program, 'imagetools', 'create', '--progress', 'plain', ...tags, ...sources(job)]);
    },
    env: (job) => ({ DOCKER_HOST: 'unix:///nonexistent.sock', BUILDX_CONFIG: join(job.home, 'buildx') }),
  };
}

/** @param {string | undefined} program @returns {Tool} */
function buildah(program = '') {
  const access = (/** @type {Job} */ job) => [
    '--tls-verify=false',
    '--authfile',
    join(job.home, 'config.json'),
  ];
  return {
    name: 'buildah',
    program: program || undefined,
    version: [program, '--version'],
    relations: everywhere,
    plan: async (job) => {
      const quoted = (/** @type {string} */ part) => JSON.stringify(join(job.home, part));
      const storage = `[storage]\ndriver = "vfs"\ngraphroot = ${quoted('graph')}\nrunroot = ${quoted('run')}\n`;
      await writeFile(join(job.home, 'storage.conf'), storage);
      const manifest = [program, 'manifest'];
      return {
        once: [
          [...manifest, 'create', 'list'],
          ...sources(job).map((source) => [...manifest, 'add', ...access(job), 'list', `docker://${source}`]),
        ],
        tags: job.tags,
        perTag: (tag) => [
          [
            ...manifest,
            'push',
            ...access(job),
            '--all',
            '--format',
            'oci',
            'list',
            `docker://${job.target}:${tag}`,
          ],
        ],
      };
    },
    env: (job) => ({ CONTAINERS_STORAGE_CONF: join(job.home, 'storage.conf') }),
  };
}

/** It makes a list of what is in the same repository, and of nothing else. @param {string | undefined} program @returns {Tool} */
function oras(program = '') {
  return {
    name: 'oras',
    program: program || undefined,
    version: [program, 'version'],
    relations: ['same-repository'],
    plan: (job) => {
      const target = `${job.target}:${job.tags.join(',')}`;
      const tags = job.images.map(({ tag }) => tag);
      return once([program, 'manifest', 'index', 'create', '--plain-http', target, ...tags]);
    },
  };
}

/** @param {Argv} argv */
function once(argv) {
  return { once: [argv], tags: [], perTag: () => [] };
}
