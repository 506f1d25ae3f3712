import { expect, test } from '@jest/globals';
import { lent } from '../../src/registry/copy/lent.ts';

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

test('a chunk is there until the next one is asked for', async () => {
  const chunks = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)];
  const seen: (number[] | number)[] = [];
  for await (const chunk of lent(of(...chunks))) {
    seen.push([...chunk], ...chunks.map(({ byteLength }) => byteLength));
  }
  expect(seen).toEqual([[1, 2, 3], 3, 2, [4, 5], 0, 2]);
  expect(chunks.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
});

test('a chunk that shares its memory is left alone', async () => {
  const whole = Uint8Array.of(1, 2, 3, 4);
  for await (const chunk of lent(of(whole.subarray(0, 2), whole.subarray(2)))) expect(chunk).toHaveLength(2);
  expect([...whole]).toEqual([1, 2, 3, 4]);
});

test('a chunk whose reader has left is left alone: it may still be on its way', async () => {
  const chunk = Uint8Array.of(1, 2, 3);
  for await (const _ of lent(of(chunk))) break;
  expect([...chunk]).toEqual([1, 2, 3]);
});
