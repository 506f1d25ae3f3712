import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';

/** Milliseconds between two requests to a host that has once said 429: five a second. */
const spacingMs = 200;

/**
 * The door to one host. When one request is told to wait, all that come after it wait as well, since they would only be
 * told the same and make it worse; and from the first 429 on they leave one after the other.
 */
export class Gate {
  readonly host: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  #closedUntil = -Infinity;
  #reason = '';
  #nextSlot: number | undefined;

  constructor(host: string, clock: Clock, log: Log, signal: AbortSignal) {
    this.host = host;
    this.#clock = clock;
    this.#log = log;
    this.#signal = signal;
  }

  /** Has this host said 429 before? */
  get isPaced(): boolean {
    return this.#nextSlot !== undefined;
  }

  /** Nobody passes for so long. `reason` is what the host said; `paced`: from now on one after the other. */
  close(milliseconds: number, reason: string, paced: boolean): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#clock.monotonic() + milliseconds);
    this.#reason = reason;
    if (!paced || this.isPaced) return;
    this.#nextSlot = -Infinity;
    this.#log.info(`${this.host} limits its rate: at most ${1000 / spacingMs} requests a second from now on`);
  }

  /**
   * Resolves when `what` may go.
   * @param toldUntil a moment on the monotonic clock up to which the log has been told of the wait already
   * @throws the signal's reason
   */
  async pass(what: string, toldUntil = -Infinity): Promise<void> {
    this.#signal.throwIfAborted();
    let told = toldUntil;
    for (;;) {
      told = await this.#whileClosed(what, told);
      const wait = this.#takeSlot();
      if (wait === 0) return;
      await this.#clock.sleep(wait, this.#signal);
      // Somebody before us in the line may have been told to wait meanwhile.
      if (this.#closedUntil <= this.#clock.monotonic()) return;
    }
  }

  /** @returns the moment up to which the log has been told */
  async #whileClosed(what: string, toldUntil: number): Promise<number> {
    let told = toldUntil;
    for (;;) {
      const left = this.#closedUntil - this.#clock.monotonic();
      if (left <= 0) return told;
      if (this.#closedUntil > told) {
        this.#log.info(
          `${what}: waiting ${seconds(left)} because ${this.host} told another request ${this.#reason}`,
        );
      }
      told = this.#closedUntil;
      await this.#clock.sleep(left, this.#signal);
    }
  }

  /** Takes a place in the line, where there is one. @returns how long to wait for it, in milliseconds */
  #takeSlot(): number {
    if (this.#nextSlot === undefined) return 0;
    const now = this.#clock.monotonic();
    const slot = Math.max(now, this.#nextSlot);
    this.#nextSlot = slot + spacingMs;
    return slot - now;
  }
}

/** `2.3 s`, for people. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}
