import type { ErrorCode } from '../../errors.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';
import type { EngineName } from '../engine.ts';

/** What was going on when an engine failed. */
export interface FailureContext {
  readonly engine: EngineName;
  readonly doing: 'build' | 'push' | 'ask';
  readonly platform?: Platform;
  /** The Dockerfile, absolute. */
  readonly file?: string;
  /** `quay.io`, where it is known. */
  readonly registry?: string;
  /** The folder of temporary files of ours, in which an engine is to write what we take from it. */
  readonly temporary?: string;
  /** Whether `ca-certificate` was given: an engine that can't take it from us has to be told. */
  readonly caCertificate?: boolean;
}

/** One way in which engines say that something went wrong, and what it is in our words. */
export interface FailureRule {
  /** Tried on the words in which the engine ended, one line at a time; never on what a build step printed. */
  readonly matches: RegExp;
  readonly code: ErrorCode | ((context: FailureContext) => ErrorCode);
  readonly say: (context: FailureContext) => string;
  readonly hint: (context: FailureContext) => string;
}

const where = ({ registry, doing }: FailureContext): string =>
  registry ?? (doing === 'push' ? 'the registry' : 'the registry of a FROM image');
export const target = ({ platform }: FailureContext): string =>
  platform === undefined ? 'the platform' : formatPlatform(platform);
const credentialsHint = ({ registry }: FailureContext): string =>
  `give username and password, or registry-auth, for ${registry ?? 'that registry'}, or sign in before this step`;

const prunes: Readonly<Partial<Record<EngineName, string>>> = {
  podman: 'podman image prune',
  buildx: 'buildx prune',
};

/** Also in the words of a step: what it could not write to is the storage of the engine. */
export const noSpace: FailureRule = {
  matches: /no space left on device/,
  code: 'E_ENGINE',
  say: ({ engine }) => `the storage of ${engine} is full: no space left on device`,
  hint: ({ engine }) =>
    engine === 'docker'
      ? 'free some, for example with "docker builder prune", or give the machine more'
      : `free some, for example with "${prunes[engine] ?? 'buildah prune'}", or give the machine more`,
};

/**
 * Another place than the storage: an engine writes there what it exports, and podman and buildah the layers that they commit, of which older
 * ones do not say why it failed.
 */
export function noTemporarySpace({ temporary }: Pick<FailureContext, 'temporary'>): FailureRule {
  const ours = temporary === undefined ? [] : [`${literally(temporary)}/.*: no space left on device`];
  const theirs = [
    'storing layer .* to file: io: read/write on closed pipe',
    '/(?:container_images_|buildah\\d)\\S*: no space left on device',
  ];
  return {
    matches: new RegExp([...ours, ...theirs].join('|'), 'u'),
    code: 'E_ENGINE',
    say: ({ engine }) => `${engine} has no room left for its temporary files`,
    hint: () =>
      'the disk of TMPDIR or RUNNER_TEMP (/var/tmp, where podman and buildah have no TMPDIR) is full: free some, or let them name a folder on another',
  };
}

/** A pattern of this text and no other. */
function literally(text: string): string {
  return text.replace(/[^\w/]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Where the engine itself is the trouble. Messages of Docker 20.10 to 28, podman 4.3 to 5, buildah 1.28 to 1.39. */
export const engineRules: readonly FailureRule[] = [
  {
    matches:
      /command \[ssh |Host key verification failed|Permission denied \(publickey|ssh: (?:handshake failed|connect to host)/,
    code: 'E_ENGINE',
    say: ({ engine }) => `${engine} is not reached through ssh`,
    hint: ({ engine }) =>
      `see that "ssh <user>@<host> ${engine} version" works here as this user, without a question: the key, known_hosts, the address, and ${engine} on that machine`,
  },
  {
    matches:
      /Cannot connect to Podman|unable to connect to Podman|failed to connect: (?:dial|ssh|knownhosts)/,
    code: 'E_ENGINE',
    say: () => "podman's service does not answer",
    hint: () =>
      'start it there ("systemctl start podman.socket", with --user for a user\'s own), check CONTAINER_HOST, CONTAINER_CONNECTION and "podman system connection list"; or leave them out to use the podman of this machine',
  },
  {
    matches:
      /permission denied while trying to connect to the Docker (?:daemon socket|API)|dial unix .*: connect: permission denied/,
    code: 'E_ENGINE',
    say: () => "the Docker daemon's socket is not ours to use: permission denied",
    hint: () =>
      'as root: "usermod -aG docker <user of the runner>", then restart the runner service, since groups are read when it starts; or use engine: podman',
  },
  {
    matches: /Cannot connect to the Docker daemon|error during connect:|docker daemon is not running/i,
    code: 'E_ENGINE',
    say: () => 'the Docker daemon does not answer',
    hint: () => 'start it ("systemctl start docker"), check DOCKER_HOST, or use engine: podman or buildah',
  },
  noSpace,
  {
    matches:
      /granting entitlement network\.host is not allowed|entitlement network\.host is not (?:allowed|granted)/,
    code: 'E_UNSUPPORTED',
    say: () => 'this BuildKit does not give RUN steps the network of its host (network.host)',
    hint: () =>
      'leave network out or set network: none; or start buildkitd with --allow-insecure-entitlement network.host',
  },
  {
    matches: /network bridge not found/,
    code: 'E_ENGINE',
    say: () => 'this Docker Engine has no bridge, so RUN steps have no network to be in',
    hint: () =>
      'set network: none for a build that needs no network, or network: host; or start dockerd with a bridge',
  },
  {
    matches: /cannot set --network other than host with --isolation chroot/,
    code: 'E_UNSUPPORTED',
    say: ({ engine }) =>
      `${engine} works in chroot isolation here, where RUN steps always have the host's network`,
    hint: () => 'leave network out, or set network: host',
  },
  {
    matches:
      /no subuid ranges|no subgid ranges|insufficient UIDs or GIDs|newuidmap|potentially insufficient UIDs|error setting supplemental groups list/,
    code: 'E_ENGINE',
    say: ({ engine }) => `${engine} has no range of user ids for this user`,
    hint: () =>
      'as root: "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 <user>", then "podman system migrate"',
  },
  {
    matches: /mkdir \S+: (?:permission denied|read-only file system)|cannot resolve \S+: lstat /,
    code: 'E_ENGINE',
    say: ({ engine }) => `${engine} has no folder that it may write to, to keep its images in`,
    hint: () =>
      "let HOME of the runner's service be a folder of its user's own, or name another graphroot in storage.conf",
  },
  {
    matches: /slirp4netns|setting up Pasta|pasta failed with|could not find pasta/,
    code: 'E_ENGINE',
    say: ({ engine }) =>
      `${engine} can't give containers a network here, since it has not the rights of root`,
    hint: () =>
      'set network: host, or network: none for a build that needs none; or let /dev/net/tun be there, and slirp4netns or passt be installed',
  },
  {
    matches: /fuse-overlayfs|\/dev\/fuse/,
    code: 'E_ENGINE',
    say: ({ engine }) => `the storage of ${engine} needs fuse-overlayfs, which does not work here`,
    hint: () =>
      'install fuse-overlayfs and let /dev/fuse be there; or use a kernel of 5.13 or newer, where overlay needs neither; or set STORAGE_DRIVER=vfs, which is slow',
  },
  {
    matches:
      /failed to get destination image|image with reference sha256:\S+ was found but does not match the specified platform/,
    code: 'E_UNSUPPORTED',
    say: (context) =>
      `Docker's classic builder can't build this Dockerfile for ${target(context)}, which is not its own platform`,
    hint: () =>
      'install the buildx plugin (docker-buildx-plugin), so that docker builds with BuildKit; or use engine: podman or buildah',
  },
  {
    matches: /buildx component is missing or broken|buildx plugin/,
    code: 'E_ENGINE',
    say: () => 'this docker command needs the buildx plugin for BuildKit, and it is not there',
    hint: () => 'install docker-buildx-plugin',
  },
];

/** Where a registry is the trouble. Pulls of FROM images and pushes say the same. */
export const registryRules: readonly FailureRule[] = [
  {
    matches:
      /no matching manifest for |no match for platform in manifest|no image found in (?:image index|manifest list) for|does not match the specified platform|does not provide the specified platform/,
    code: 'E_BASE_PLATFORM',
    say: (context) => `a FROM image has no ${target(context)}`,
    hint: (context) => `choose a base image that has ${target(context)}`,
  },
  {
    matches: /toomanyrequests|pull rate limit|\b429\b.*Too Many Requests|StatusCode: 429/i,
    code: 'E_RATE_LIMITED',
    say: (context) => `${where(context)} limits the rate of requests`,
    hint: credentialsHint,
  },
  {
    matches:
      /no basic auth credentials|unauthorized: |401 Unauthorized|StatusCode: 401|authentication required|incorrect username or password/i,
    code: 'E_UNAUTHORIZED',
    say: (context) => `${where(context)} refuses to sign us in: credentials are missing or wrong`,
    hint: credentialsHint,
  },
  {
    matches: /denied: |(?:^|: )denied$|403 Forbidden|StatusCode: 403|insufficient_scope|access forbidden/i,
    code: 'E_DENIED',
    say: (context) => `${where(context)} does not let us ${context.doing === 'push' ? 'push' : 'pull'}`,
    hint: () => 'check that the account has the right, and that the repository is there',
  },
  {
    matches: /tag.*(?:immutable|ImageTagAlreadyExists)|immutable.*tag|TAG_INVALID/i,
    code: 'E_TAG_IMMUTABLE',
    say: (context) => `${where(context)} does not let the tag be moved`,
    hint: () => 'use an arch-tag with {run} or {sha}, which is new each time',
  },
  {
    matches: /server gave HTTP response to HTTPS client/,
    code: 'E_REGISTRY',
    say: (context) => `${where(context)} speaks plain HTTP`,
    hint: ({ engine }) =>
      engine === 'docker'
        ? 'name it in "insecure-registries" of the daemon\'s /etc/docker/daemon.json and restart it'
        : engine === 'buildx'
          ? `give that BuildKit, which pulls it, [registry."<registry>"] with http = true in its buildkitd.toml`
          : 'name it in insecure-registries',
  },
  {
    matches: /x509: |certificate signed by unknown authority|tls: failed to verify/,
    code: ({ engine, caCertificate }) =>
      engine === 'docker' && caCertificate === true ? 'E_UNSUPPORTED' : 'E_REGISTRY',
    say: (context) =>
      context.engine === 'docker' && context.caCertificate === true
        ? `the Docker daemon does not trust the certificate of ${where(context)}, and ca-certificate can't reach it`
        : `the certificate of ${where(context)} is not trusted`,
    hint: ({ engine, registry }) =>
      engine === 'docker'
        ? `put the certificate into /etc/docker/certs.d/${registry ?? '<registry>'}/ca.crt on the daemon's machine, or use engine: podman or buildah`
        : engine === 'buildx'
          ? `give that BuildKit, which pulls it, [registry."<registry>"] with ca = ["<file>"] in its buildkitd.toml`
          : 'give the CA as ca-certificate',
  },
  {
    matches:
      /manifest unknown|name unknown|NAME_UNKNOWN|repository .* not found|^ERROR: (?!.*failed to (?:compute cache key|calculate checksum)).*: not found$|create LLB definition: \S+: not found$|manifest for \S+ not found/i,
    code: 'E_NOT_FOUND',
    say: (context) =>
      context.doing === 'push' ? `${where(context)} has no such repository` : 'a FROM image is not there',
    hint: ({ doing }) => (doing === 'push' ? 'create the repository first' : 'check its name and tag'),
  },
  {
    matches:
      /(?:dial tcp|lookup \S+|connection refused|connection reset|no such host|i\/o timeout|TLS handshake timeout|unexpected EOF|: EOF$|Client\.Timeout|network is unreachable|no route to host|broken pipe)/,
    code: 'E_NETWORK',
    say: (context) => `${where(context)} was not reached`,
    hint: () => "check the registry's name, and the way to it from this machine",
  },
  {
    matches: /(?:received unexpected HTTP status|status ?code)[^0-9]*5\d\d|\b50[0234] \w+/i,
    code: 'E_REGISTRY',
    say: (context) => `${where(context)} failed`,
    hint: () => 'try again; if it goes on, ask those who run the registry',
  },
];
