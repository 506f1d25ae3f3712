/** docs/engines.md: the capabilities and the table of options, for people. scripts/documents.js puts it into the file. */
import { assembleCapabilities } from './assemble/assemble.ts';
import { buildxCapabilities } from './buildx/buildx.ts';
import { containersCapabilities } from './containers/containers.ts';
import { dockerCapabilities } from './docker/docker.ts';
import type { Capabilities } from './engine.ts';
import { dialects, supportTable, type BuildOption, type Dialect, type Support } from './support.ts';

const capabilities: Readonly<Record<Dialect, Capabilities>> = {
  buildx: buildxCapabilities,
  docker: dockerCapabilities,
  'docker-classic': dockerCapabilities,
  podman: containersCapabilities,
  buildah: containersCapabilities,
  assemble: assembleCapabilities,
};

const facts: readonly (readonly [string, (of: Capabilities) => string])[] = [
  ['builds from', ({ source }) => (source === 'files' ? 'files' : 'a Dockerfile')],
  ['modes', ({ modes }) => modes.join(', ')],
  ['smoke test', ({ smokeTest }) => (smokeTest ? 'yes' : 'no')],
  ['pushed by', ({ pushesBy }) => (pushesBy === 'engine' ? 'its own client' : 'ours')],
  ['`ca-certificate` for its pulls and pushes', (of) => (of.caCertificate ? 'yes' : 'its own setting')],
  [
    '`insecure-registries` for its pulls and pushes',
    (of) => (of.insecureRegistries === 'any' ? 'yes' : 'loopback; else its own setting'),
  ],
];

const prose = `## What the inputs mean

They mean what they mean to docker/build-push-action, with its rules for lists: one item a line; an item in double quotes may go over several lines, and a double quote
in it is written twice.

\`\`\`yaml
secrets: |
  token=\${{ secrets.TOKEN }}
  "key=-----BEGIN KEY-----
  ...
  -----END KEY-----"
secret-envs: npm=NPM_TOKEN
secret-files: config=./config.json
\`\`\`

**Secrets** reach the engine in its environment, under names that only this build has, or in a file of ours (mode 0600) with podman and buildah and where they have more than 100 KiB, or as the
file that you named. They are never in arguments, and all are masked in the log, line by line. An empty one, which is what a pull request from a fork gets, is left out
with a warning. 500 KiB is the most.

**Build contexts** are folders inside of the workspace, \`docker-image://reference\`, and \`oci-layout://folder[:tag][@digest]\`. Addresses (https, git) are refused on every engine: check
other repositories out in a step before, so that all platforms are built from the same sources.

**ssh** takes \`default\` (the agent of SSH_AUTH_SOCK), \`id=socket\` and \`id=key[,key]\`.

**Caches.** Legs of several platforms would overwrite each other's cache, so each has a part of its own: with buildx and docker the tag, scope or folder that you name is followed
by the platform (\`app:cache\` becomes \`app:cache-linux-s390x\`), and what is read is that part first, then what you named. podman and buildah keep every layer under a tag of its own, so for them a cache is a
repository without a tag, \`type=registry,ref=quay.io/acme/app-cache\`, and the platform follows its name (\`app-cache-linux-s390x\`).

**format** decides the media types of manifest and config. \`auto\` is what the engine makes: Docker's with docker, OCI's with the others (podman and buildah obey BUILDAH_FORMAT). A list may hold
both. podman and buildah lose HEALTHCHECK, SHELL and ONBUILD in OCI's format: a Dockerfile that has one, or builds on an image with a HEALTHCHECK or SHELL, is refused before the build, and \`format: docker\` on every leg is the cure.
Annotations need OCI's format.

**annotations** without a level, and those for \`manifest:\`, go on the image that a leg makes; \`index:\` and \`manifest-descriptor:\` are for merge, and a leg says so.

**SOURCE_DATE_EPOCH** in the environment stands for the times in the image: with podman, buildah, assemble and buildx (BuildKit 0.13) for all of them, with docker (23.0 and BuildKit) for those of the configuration; where an engine can't, a warning says so.

**extra-args** are handed on as they stand, one argument a line (\`--memory=2g\`). What would break a promise is refused: names, platforms, places and pushes are inputs of their own.

**add-hosts** with \`network: none\` is refused by podman and buildah: they give /etc/hosts to RUN steps that have a network, and to no others.

**In chroot isolation** (\`BUILDAH_ISOLATION=chroot\`, or where a machine can start no container) RUN steps have the host's network and /dev/shm: \`network\` other than host, and \`shm-size\`, are refused there.`;

/** The reference of engines, for users. */
export function enginesMarkdown(): string {
  return [
    '<!-- Made by `npm run build` from the tables in src/engines. Change those. -->',
    '',
    '# Engines',
    '',
    'What each engine can do. `docker` is a Docker Engine with its BuildKit; `docker-classic` the same without it, which is what is left where a docker command of 23.0 or newer has no buildx plugin. What an engine can not do is `E_UNSUPPORTED` before the build starts, and names the engines that can.',
    '',
    heading('', dialects),
    ...facts.map(([name, tell]) =>
      line(
        name,
        dialects.map((one) => tell(capabilities[one])),
      ),
    ),
    '',
    '## Inputs of a build',
    '',
    'A number is the version of the engine (of buildx itself in its column) that the input came with; the smaller numbers lead to reasons.',
    '',
    ...optionTable(),
    '',
    prose,
    '',
  ].join('\n');
}

function optionTable(): string[] {
  const reasons: string[] = [];
  const tell = (support: Support): string => {
    if (support === 'yes') return 'yes';
    if ('since' in support) return support.since;
    if (!reasons.includes(support.no)) reasons.push(support.no);
    return `no <sup>${reasons.indexOf(support.no) + 1}</sup>`;
  };
  const rows = (Object.keys(supportTable) as BuildOption[]).map((option) =>
    line(
      named(option),
      dialects.map((one) => tell(supportTable[option][one])),
    ),
  );
  return [
    heading('input', dialects),
    ...rows,
    '',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}`),
  ];
}

/** `secrets` stands for the three inputs that give some. */
function named(option: BuildOption): string {
  return option === 'secrets' ? '`secrets`, `secret-envs`, `secret-files`' : `\`${option}\``;
}

function heading(first: string, names: readonly string[]): string {
  return `${line(first, names)}\n${line(
    '---',
    names.map(() => '---'),
  )}`;
}

function line(first: string, cells: readonly string[]): string {
  return `| ${[first, ...cells].join(' | ')} |`;
}
