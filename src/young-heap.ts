import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many bytes of buffers are let die before they are collected. */
const everyBytes = 8 * 1024 * 1024;

/**
 * Collects the buffers of streams while they are young. The engine does not see them in its young generation, which they
 * hardly fill, and waits for a full collection: that takes more time than this, and some 64 MB more of memory.
 */
export class YoungHeap {
  #bytes = 0;
  #collect: (() => void) | undefined;

  /** So many bytes went by in buffers that nobody keeps. */
  passed(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < everyBytes) return;
    this.#bytes = 0;
    this.#collect ??= collector();
    this.#collect();
  }
}

/** Where the engine has no such function nothing is collected by hand, and all goes on as it would have. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
  if (typeof collect !== 'function') return () => undefined;
  return () => {
    Reflect.apply(collect, undefined, [{ type: 'minor' }]);
  };
}
