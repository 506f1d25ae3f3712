import { createHash } from 'node:crypto';
import { digestOf } from '../../../src/oci/digest.ts';
import type { ImageConfig } from '../../../src/oci/config.ts';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { ChangeList } from '../../../src/verify/content/change-list.ts';
import { ImageFileSystem } from '../../../src/verify/content/file-system.ts';
import { changeOf } from '../../../src/verify/content/layer.ts';
import { TarWalker, type TarEntry } from '../../../src/verify/content/tar.ts';
import { tar, type TarEntry as Written } from '../../support/tar.ts';
import { tinyProgram } from '../../support/tiny-programs.js';

export const block = 512;
export const end = Buffer.alloc(2 * block);

/** A member with fields that no sound writer sets; the sum is right all the same. */
export function member(
  entry: Written,
  touch: (header: Buffer) => void = () => undefined,
  content = Buffer.from(entry.content ?? ''),
): Buffer {
  const header = Buffer.from(
    tar([{ ...entry, content: '', size: entry.size ?? content.length }]).subarray(0, block),
  );
  touch(header);
  header.write(' '.repeat(8), 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, padded(content)]);
}

export function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((block - (bytes.length % block)) % block)]);
}

/** A pax record's line, which says its own length. */
export function paxLine(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const digits = String(rest + String(rest).length).length;
  return Buffer.from(`${rest + digits} ${key}=${value}\n`);
}

export function pax(records: readonly (readonly [string, string])[], type = 'x'): Buffer {
  return member({
    name: 'PaxHeaders/x',
    type,
    content: Buffer.concat(records.map(([key, value]) => paxLine(key, value))),
  });
}

export function walk(archive: Buffer, cuts: readonly number[] = [], maxEntries = 1000): TarEntry[] {
  const found: TarEntry[] = [];
  const walker = new TarWalker('layer x', { maxEntries }, (entry) => {
    found.push({ ...entry, head: Buffer.from(entry.head) });
  });
  let start = 0;
  for (const cut of [...cuts, archive.length]) {
    // Each chunk is memory of its own, as streams give it.
    walker.write(Buffer.from(archive.subarray(start, cut)));
    start = cut;
  }
  walker.end();
  return found;
}

export interface Changes {
  readonly whiteouts: ChangeList;
  readonly changes: ChangeList;
}

export function changesOf(entries: readonly Written[]): Changes {
  const lists = { whiteouts: new ChangeList(), changes: new ChangeList() };
  for (const entry of walk(tar(entries))) {
    const found = changeOf(entry);
    if (found === undefined) continue;
    const isWhiteout = found[1].kind === 'removed' || found[1].kind === 'emptied';
    (isWhiteout ? lists.whiteouts : lists.changes).add(...found);
  }
  return lists;
}

export function fileSystemOf(...layers: readonly (readonly Written[])[]): ImageFileSystem {
  const files = new ImageFileSystem();
  for (const layer of layers) files.apply(changesOf(layer));
  return files;
}

export type Architecture = Parameters<typeof tinyProgram>[0];

export function program(name: string, architecture: Architecture = 'amd64'): Written {
  return { name, content: tinyProgram(architecture), mode: 0o755 };
}

export function link(name: string, target: string): Written {
  return { name, type: '2', linkName: target };
}

export function hardlink(name: string, target: string): Written {
  return { name, type: '1', linkName: target };
}

export function folder(name: string): Written {
  return { name, type: '5', mode: 0o755 };
}

export function script(name: string, line: string): Written {
  return { name, content: `${line}\nexec "$@"\n`, mode: 0o755 };
}

export function imageConfig(over: Partial<ImageConfig> = {}): ImageConfig {
  return { os: 'linux', architecture: 'amd64', labels: {}, diffIds: [], ...over };
}

export function layerOf(blob: Buffer, mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'): Descriptor {
  return { mediaType, digest: digestOf(blob), size: blob.length };
}

/** A stream of these bytes in chunks of so many. */
export async function* chunks(bytes: Buffer, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

/** Bytes that no packer makes smaller, the same each time. */
export function noise(length: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < length; at += 32) parts.push(createHash('sha256').update(String(at)).digest());
  return Buffer.concat(parts).subarray(0, length);
}
