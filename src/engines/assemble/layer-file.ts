import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { CodedError, quote } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { DigestStream, type Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { padding, tarEnd, tarHeader } from '../stored/tar.ts';
import type { LayerEntry } from './files.ts';
import { StoredGzip } from './gzip.ts';

interface Layer {
  readonly descriptor: Descriptor;
  /** Of the tar in it. */
  readonly diffId: Digest;
}

/** Writes the layer of these entries as a gzip that is not compressed, all times in it `seconds` since 1970. @throws E_INPUT for a file that changes meanwhile */
export async function writeLayer(
  file: string,
  entries: readonly LayerEntry[],
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  const tar = new DigestStream();
  const blob = new DigestStream();
  const gzip = new StoredGzip();
  let size = 0;
  const handle = await open(file, 'wx', 0o600);
  const store = async (bytes: Uint8Array): Promise<void> => {
    blob.update(bytes);
    size += bytes.length;
    await writeAll(handle, bytes);
  };
  const write = async (bytes: Uint8Array): Promise<void> => {
    tar.update(bytes);
    await store(gzip.write(bytes));
  };
  try {
    for (const entry of entries) {
      signal?.throwIfAborted();
      await write(tarHeader(entry, seconds));
      if (entry.source === undefined) continue;
      await copyContent(entry, entry.source, write);
      await write(padding(entry.size));
    }
    await write(tarEnd);
    await store(gzip.end());
  } finally {
    await handle.close();
  }
  const descriptor = { mediaType: mediaTypes.ociLayerGzip, digest: blob.digest(), size };
  return { descriptor, diffId: tar.digest() };
}

async function copyContent(
  entry: LayerEntry,
  source: string,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  let copied = 0;
  for await (const chunk of createReadStream(source)) {
    const bytes = chunk as Buffer;
    copied += bytes.length;
    if (copied <= entry.size) await write(bytes);
  }
  if (copied !== entry.size) {
    throw new CodedError('E_INPUT', `${quote(source)} changed its size while it was read`, {
      hint: 'assemble when the files are finished',
    });
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
}
