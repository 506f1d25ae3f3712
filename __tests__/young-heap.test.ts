import { expect, test } from '@jest/globals';
import { YoungHeap } from '../src/young-heap.ts';

const piece = 64 * 1024;

/** The most that buffers took while 2000 of them went by, which nobody keeps. */
function most(passed: (bytes: number) => void): number {
  const before = process.memoryUsage().arrayBuffers;
  let highest = 0;
  for (let n = 0; n < 2000; n += 1) {
    passed(new Uint8Array(piece).byteLength);
    highest = Math.max(highest, process.memoryUsage().arrayBuffers - before);
  }
  return highest;
}

test('buffers that nobody keeps are collected while they are few', () => {
  const heap = new YoungHeap();
  const collected = most((bytes) => {
    heap.passed(bytes);
  });
  expect(collected).toBeLessThan(24 * 1024 * 1024);
});
