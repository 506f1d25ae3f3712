import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { link, lstat, mkdir, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { digestOf, imageOf, programFor, tar } from './images.js';
import { putBlob, putManifest } from './seed.js';
/** @import { BuiltImage } from './types.ts' */

const platforms = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];

/** @typedef {{ image: BuiltImage, file: string, digest: string, size: number }} BigImage */

/**
 * Four images with one small layer, the entry point, and one of about `size` compressed bytes: files of this machine's
 * /usr in an archive that gzip made at its usual level. The four large layers differ in the header of gzip alone, so
 * that no digest is the same and yet all four cost the same.
 * @param {string} folder Kept layers of an earlier run are used again.
 * @param {number} size Bytes.
 * @returns {Promise<BigImage[]>}
 */
export async function bigImages(folder, size) {
  await mkdir(folder, { recursive: true });
  const base = join(folder, `base-${size}.tar.gz`);
  if (!existsSync(base)) await makeArchive(base, size);
  const diffId = await digestOfFile(base, true);
  const made = [];
  for (const [at, platform] of platforms.entries()) {
    const file = join(folder, `layer-${size}-${at}.tar.gz`);
    if (!existsSync(file)) await copyWithTime(base, file, at + 1);
    const digest = await digestOfFile(file, false);
    const { size: length } = await stat(file);
    const small = tar('hello', programFor(platform), 0o755);
    const image = imageOf(platform, [
      { bytes: gzipSync(small), diffId: digestOf(small) },
      { digest, size: length, diffId },
    ]);
    made.push({ image, file, digest, size: length });
  }
  return made;
}

/** @param {string} host @param {string} path @param {readonly BigImage[]} images */
export async function seedBig(host, path, images) {
  for (const { image, file, digest, size } of images) {
    await putBlob(host, path, digest, { file, size });
    for (const [own, body] of image.blobs) await putBlob(host, path, own, { body });
    await putManifest(host, path, image);
  }
}

/** The same as an OCI layout, without copying the large files. @param {string} folder @param {readonly BigImage[]} images */
export async function layoutOf(folder, images) {
  const blobs = join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const place = (/** @type {string} */ digest) => join(blobs, digest.slice('sha256:'.length));
  for (const { image, file, digest } of images) {
    await link(file, place(digest)).catch(() => symlink(file, place(digest)));
    for (const [own, body] of image.blobs) await writeFile(place(own), body);
    await writeFile(place(image.digest), image.manifest);
  }
  const manifests = images.map(({ image }) => {
    const [os, architecture] = image.platform.split('/');
    const { digest, manifest } = image;
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    return { mediaType, digest, size: manifest.length, platform: { architecture, os } };
  });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  await writeFile(place(digestOf(index)), index);
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' };
  const top = [{ mediaType, digest: digestOf(index), size: index.length, annotations }];
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType, manifests: top }),
  );
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return index;
}

/** @param {string} file @param {number} size */
async function makeArchive(file, size) {
  // gzip makes about a third of programs and libraries; what it really came to is measured.
  const names = await someFiles('/usr', size * 2.9);
  const archive = spawn('tar', ['--create', '--directory=/usr', '--null', '--files-from=-'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const gzip = spawn('gzip', ['--no-name'], { stdio: ['pipe', 'pipe', 'inherit'] });
  archive.stdin.end(names.map((name) => `${name}\0`).join(''));
  await Promise.all([
    pipeline(archive.stdout, gzip.stdin),
    pipeline(gzip.stdout, createWriteStream(`${file}.part`)),
    once(gzip, 'close'),
  ]);
  await rename(`${file}.part`, file);
}

/** Regular files of `folder` in the order of their names until `size` bytes are together. @param {string} folder @param {number} size */
async function someFiles(folder, size) {
  const names = [];
  let total = 0;
  /** @type {string[]} */
  const left = ['bin', 'lib', 'local', 'share', 'libexec', 'sbin'].filter((name) =>
    existsSync(join(folder, name)),
  );
  for (let name = left.shift(); name !== undefined && total < size; name = left.shift()) {
    const found = await lstat(join(folder, name));
    if (found.isDirectory()) {
      const inside = (await readdir(join(folder, name))).sort().map((one) => `${String(name)}/${one}`);
      left.unshift(...inside);
    } else if (found.isFile()) {
      names.push(name);
      total += found.size;
    }
  }
  return names;
}

/** gzip keeps a time in bytes 4 to 7. https://www.rfc-editor.org/rfc/rfc1952#page-5 @param {string} from @param {string} to @param {number} time */
async function copyWithTime(from, to, time) {
  let first = true;
  await pipeline(
    createReadStream(from),
    async function* (/** @type {AsyncIterable<Buffer>} */ chunks) {
      for await (const chunk of chunks) {
        if (first) chunk.writeUInt32LE(time, 4);
        first = false;
        yield chunk;
      }
    },
    createWriteStream(`${to}.part`),
  );
  await rename(`${to}.part`, to);
}

/** @param {string} file @param {boolean} unpacked */
async function digestOfFile(file, unpacked) {
  const hash = createHash('sha256');
  const gunzip = unpacked
    ? spawn('gzip', ['--decompress', '--stdout', file], { stdio: ['ignore', 'pipe', 'inherit'] })
    : undefined;
  await pipeline(gunzip?.stdout ?? createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}
