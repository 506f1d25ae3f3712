import { availableParallelism } from 'node:os';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { defaultCaps, readLayer, ReadBudget, type ReadCaps, type ReadLayer } from './read-layer.ts';

/** Opens a layer's blob as it is stored; the stream checks digest and size itself. */
export type OpenLayer = (descriptor: Descriptor) => AsyncIterable<Uint8Array>;

/** Inflated bytes that one command reads by default. */
export const defaultReadBudget = 16 * 1024 * 1024 * 1024;

/**
 * The layers of one command: those that platforms share are read once, and as many at a time as there are processors, since
 * inflating is what takes the time.
 */
export class LayerStore {
  readonly #open: OpenLayer;
  readonly #budget: ReadBudget;
  readonly #caps: ReadCaps;
  readonly #read = new Map<string, Promise<ReadLayer>>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(
    open: OpenLayer,
    budgetBytes = defaultReadBudget,
    caps = defaultCaps,
    atOnce = availableParallelism(),
  ) {
    this.#open = open;
    this.#budget = new ReadBudget(budgetBytes);
    this.#caps = caps;
    this.#free = Math.max(1, atOnce);
  }

  /** @throws E_LAYER, and what the stream throws. */
  async read(descriptor: Descriptor, diffId: Digest | undefined): Promise<ReadLayer> {
    const key = `${descriptor.mediaType} ${descriptor.digest} ${diffId ?? ''}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const reading = this.#inTurn(async () =>
      readLayer(descriptor, diffId, () => this.#open(descriptor), this.#budget, this.#caps),
    );
    this.#read.set(key, reading);
    return reading;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
