import { createReadStream } from 'node:fs';
import { request as startRequest } from 'node:http';
import { once } from 'node:events';
import { types } from './images.js';
/** @import { BuiltImage } from './types.ts' */

/**
 * One request straight to a registry, past the front.
 * @param {string} url
 * @param {string} method
 * @param {{ type?: string, body?: Uint8Array, file?: string, size?: number }} [options]
 */
export async function ask(url, method, { type, body, file, size } = {}) {
  const headers = {
    ...(type !== undefined && { 'content-type': type }),
    'content-length': size ?? body?.length ?? 0,
    accept: Object.values(types).join(', '),
  };
  const outgoing = startRequest(url, { method, headers });
  if (file === undefined) outgoing.end(body);
  else createReadStream(file).pipe(outgoing);
  const [answer] = /** @type {[import('node:http').IncomingMessage]} */ (await once(outgoing, 'response'));
  const bytes = Buffer.concat(await answer.toArray());
  return { status: answer.statusCode ?? 0, headers: answer.headers, bytes };
}

/**
 * @param {string} host
 * @param {string} path
 * @param {string} digest
 * @param {{ body?: Uint8Array, file?: string, size?: number }} content
 */
export async function putBlob(host, path, digest, content) {
  const session = await ask(`http://${host}/v2/${path}/blobs/uploads/`, 'POST');
  const place = new URL(session.headers.location ?? '', `http://${host}`);
  place.searchParams.set('digest', digest);
  const done = await ask(place.href, 'PUT', { ...content, type: 'application/octet-stream' });
  expectStatus(done, 201, `blob ${digest}`);
}

/**
 * Puts images under their arch tags; blobs that `from` has are mounted.
 * @param {string} host
 * @param {string} path
 * @param {readonly BuiltImage[]} images
 * @param {string} [from]
 */
export async function seed(host, path, images, from) {
  await inTurns(images, 8, async (image) => {
    for (const [digest, body] of image.blobs) {
      if (from === undefined) await putBlob(host, path, digest, { body });
      else {
        const query = `mount=${digest}&from=${encodeURIComponent(from)}`;
        expectStatus(
          await ask(`http://${host}/v2/${path}/blobs/uploads/?${query}`, 'POST'),
          201,
          `mount ${digest}`,
        );
      }
    }
    await putManifest(host, path, image);
  });
}

/** @param {string} host @param {string} path @param {BuiltImage} image */
export async function putManifest(host, path, image) {
  const body = image.manifest;
  const done = await ask(`http://${host}/v2/${path}/manifests/${image.tag}`, 'PUT', {
    type: types.manifest,
    body,
  });
  expectStatus(done, 201, `manifest ${image.tag}`);
}

/**
 * What stands under the tags has to be one list of exactly these images, or the tool did not do the work.
 * @param {string} host
 * @param {string} path
 * @param {readonly string[]} tags
 * @param {readonly BuiltImage[]} images
 */
export async function proveList(host, path, tags, images) {
  const wanted = images.map(({ digest }) => digest).sort();
  for (const tag of tags) {
    const read = await ask(`http://${host}/v2/${path}/manifests/${tag}`, 'GET', {});
    expectStatus(read, 200, `tag ${tag}`);
    const index = /** @type {{ manifests: { digest: string }[] }} */ (
      JSON.parse(read.bytes.toString('utf8'))
    );
    const found = index.manifests.map(({ digest }) => digest).sort();
    if (found.join() !== wanted.join()) throw new Error(`${path}:${tag} lists ${found.length} other images`);
  }
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {number} width
 * @param {(item: T) => Promise<void>} work
 */
async function inTurns(items, width, work) {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** @param {{ status: number, bytes: Buffer }} answer @param {number} wanted @param {string} what */
function expectStatus({ status, bytes }, wanted, what) {
  if (status !== wanted)
    throw new Error(`${what}: ${status} instead of ${wanted}: ${bytes.toString('utf8')}`);
}
