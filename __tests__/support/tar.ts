export interface TarEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Default 0644. */
  readonly mode?: number;
  /** https://www.gnu.org/software/tar/manual/html_node/Standard.html `typeflag`: 0 file, 1 hard link, 2 symlink, 3 device, 5 folder, 6 FIFO, x PAX. Default 0. */
  readonly type?: string;
  readonly linkName?: string;
  /** What the header says instead of the content's length. */
  readonly size?: number;
}

const block = 512;

/** A ustar archive of exactly these entries, odd ones included; the same bytes each time. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), Buffer.alloc(2 * block)]);
}

function entryBlocks(entry: TarEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const padding = Buffer.alloc((block - (content.length % block)) % block);
  return [header(entry, content.length), content, padding];
}

function header({ name, mode = 0o644, type = '0', linkName = '', size }: TarEntry, length: number): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.write(name, 0, 100);
  bytes.write(octal(mode, 8), 100);
  bytes.write(octal(0, 8), 108); // uid
  bytes.write(octal(0, 8), 116); // gid
  bytes.write(octal(size ?? length, 12), 124);
  bytes.write(octal(0, 12), 136); // mtime
  bytes.write(' '.repeat(8), 148); // the checksum counts as spaces
  bytes.write(type, 156);
  bytes.write(linkName, 157, 100);
  bytes.write('ustar\u000000', 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}
