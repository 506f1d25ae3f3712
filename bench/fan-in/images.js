import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tinyArchitectures, tinyProgram } from '../../__tests__/support/tiny-programs.js';
/** @import { BuiltImage } from './types.ts' */

const linux = [
  ...tinyArchitectures,
  ...['386', 'arm/v5', 'arm/v6', 'arm/v7', 'riscv64', 'loong64', 'mips', 'mipsle', 'mips64', 'mips64le'],
  ...['amd64/v2', 'amd64/v3', 'amd64/v4', 'ppc', 'sparc', 'sparc64', 'riscv', 'armbe', 'arm64be'],
];
const others = {
  freebsd: ['amd64', '386', 'arm/v6', 'arm/v7', 'arm64', 'riscv64', 'ppc64le'],
  netbsd: ['amd64', '386', 'arm/v7', 'arm64', 'riscv64'],
  openbsd: ['amd64', '386', 'arm/v7', 'arm64', 'riscv64', 'mips64'],
  windows: ['amd64', '386', 'arm/v7', 'arm64'],
  darwin: ['amd64', 'arm64'],
  android: ['amd64', '386', 'arm/v7', 'arm64'],
  plan9: ['amd64', '386', 'arm/v7'],
  ios: ['amd64', 'arm64'],
  solaris: ['amd64'],
  illumos: ['amd64'],
  hurd: ['amd64', '386'],
  dragonfly: ['amd64'],
  zos: ['s390x'],
  js: ['wasm'],
  wasip1: ['wasm'],
};

/** 64 platforms that differ, the four of the issue at hand first. */
const platforms = [
  ...linux.map((name) => `linux/${name}`),
  ...Object.entries(others).flatMap(([os, names]) => names.map((name) => `${os}/${name}`)),
].slice(0, 64);

/** @param {Uint8Array} bytes */
export function digestOf(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

/**
 * Images of a few KiB for the first `count` platforms, three layers each, and none shared.
 * @param {number} count
 * @returns {BuiltImage[]}
 */
export function smallImages(count) {
  if (count > platforms.length) throw new Error(`there are ${platforms.length} platforms, not ${count}`);
  return platforms.slice(0, count).map((platform) => {
    const layers = [
      tar('hello', programFor(platform), 0o755),
      tar('platform.txt', Buffer.from(platform), 0o644),
      tar('random', randomBytes(2048), 0o644),
    ].map((bytes) => ({ bytes: gzipSync(bytes), diffId: digestOf(bytes) }));
    return imageOf(platform, layers);
  });
}

/**
 * @param {string} platform
 * @param {{ bytes?: Uint8Array, digest?: string, size?: number, diffId: string }[]} layers
 * @returns {BuiltImage}
 */
export function imageOf(platform, layers) {
  const [os = '', architecture = '', variant] = platform.split('/');
  const config = json({
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    created: '2024-01-01T00:00:00Z',
    config: {
      Entrypoint: ['/hello'],
      Labels: { 'org.opencontainers.image.revision': '89e495e7941cf9e40e6980d14a16bf023ccd4c91' },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created_by: 'bench' })),
  });
  const described = layers.map(({ bytes, digest, size }) => ({
    mediaType: types.layer,
    digest: digest ?? digestOf(bytes ?? Buffer.alloc(0)),
    size: size ?? bytes?.length ?? 0,
  }));
  const manifest = json({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers: described,
  });
  const held = [config, ...layers.flatMap(({ bytes }) => bytes ?? [])];
  const machine = os === 'linux' && tinyArchitectures.find((name) => name === architecture);
  return {
    platform,
    tag: `v1-${platform.replaceAll('/', '-')}`,
    manifest,
    digest: digestOf(manifest),
    blobs: new Map(held.map((bytes) => [digestOf(bytes), bytes])),
    content: machine ? { entrypoint: machine, machines: { [machine]: 1 } } : { machines: {} },
  };
}

/** What a leg hands over for an image. @param {BuiltImage} image @param {string} repository */
export function recordOf(image, repository) {
  return {
    ...{ schema: 1, image: repository, tag: image.tag, platform: image.platform, digest: image.digest },
    ...{ mediaType: types.manifest, size: image.manifest.length, pushed: true, mode: 'native' },
    content: image.content,
  };
}

/** A static program where there is one for the platform, else text. @param {string} platform */
export function programFor(platform) {
  const machine = tinyArchitectures.find((name) => platform === `linux/${name}`);
  return machine === undefined ? Buffer.from(`no program for ${platform}\n`) : tinyProgram(machine);
}

/**
 * A ustar archive of one file.
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 * @param {string} name
 * @param {Uint8Array} content
 * @param {number} mode
 */
export function tar(name, content, mode) {
  const header = Buffer.alloc(512);
  const octal = (/** @type {number} */ value, /** @type {number} */ width, /** @type {number} */ at) =>
    header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at);
  header.write(name, 0);
  octal(mode, 8, 100);
  octal(0, 8, 108);
  octal(0, 8, 116);
  octal(content.length, 12, 124);
  octal(0, 12, 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  octal(
    header.reduce((total, byte) => total + byte, 0),
    7,
    148,
  );
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

/** @param {unknown} document */
function json(document) {
  return Buffer.from(JSON.stringify(document));
}
