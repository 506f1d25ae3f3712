import { block, parseNumber, type Records, type TarHeader } from './tar-header.ts';

/** The first piece of a sparse file that is kept in the archive; what is before it, and between pieces, is zeros. In bytes. */
export interface Fragment {
  readonly start: number;
  readonly length: number;
}

/**
 * Where the first kept bytes of a member belong, as far as its header tells; undefined for a file without holes, and for one whose
 * body starts with the map ({@link parseSparseMap}). https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
 */
export function firstFragment(header: TarHeader, bytes: Buffer, { pax }: Records): Fragment | undefined {
  if (header.flag === 'S') return { start: parseNumber(bytes, 386, 12), length: parseNumber(bytes, 398, 12) };
  const [start, length] = pax.get('GNU.sparse.map')?.split(',', 2) ?? [
    pax.get('GNU.sparse.offset'),
    pax.get('GNU.sparse.numbytes'),
  ];
  return start === undefined ? undefined : { start: Number(start), length: Number(length) };
}

/** Whether the body starts with the map of a sparse file, as format 1.0 has it. */
export function isPaxSparse(header: TarHeader, { pax }: Records): boolean {
  return header.flag === '0' && pax.get('GNU.sparse.major') === '1' && pax.get('GNU.sparse.minor') === '0';
}

/**
 * The map in front of a sparse file's bytes: decimal lines, filled up to a block.
 * @throws Error that says what is wrong, in words that go behind the archive's name
 */
export function parseSparseMap(body: Buffer): {
  readonly bytes: number;
  readonly first: Fragment | undefined;
} {
  let at = 0;
  const line = (): number => {
    const end = body.indexOf(0x0a, at);
    const digits = body.toString('latin1', at, end < 0 || end > at + 20 ? at : end);
    if (!/^\d{1,16}$/.test(digits)) throw new Error('has a sparse file whose map makes no sense');
    at = end + 1;
    return Number(digits);
  };
  const count = line();
  let first: Fragment | undefined;
  for (let index = 0; index < count; index += 1) {
    const fragment = { start: line(), length: line() };
    first ??= fragment;
  }
  return { bytes: Math.ceil(at / block) * block, first };
}
