import type { ClientRequest } from 'node:http';
import { TransportFailure, type FailureKind } from './transport-failure.ts';

/** The deadlines of one request, by what they stand for. One that passes destroys the request with a failure of that kind. */
export class Watch {
  readonly #timers = new Map<FailureKind, NodeJS.Timeout>();
  readonly #outgoing: ClientRequest;
  #isOver = false;

  constructor(outgoing: ClientRequest) {
    this.#outgoing = outgoing;
  }

  /** Starts the deadline, from the beginning if it runs already. `what` did not happen in that time. */
  start(kind: FailureKind, milliseconds: number, what: string): void {
    this.stop(kind);
    if (this.#isOver) return;
    const timer = setTimeout(() => {
      const sent = this.#outgoing.writableFinished;
      this.#outgoing.destroy(new TransportFailure(kind, `${what} in ${milliseconds / 1000} s`, { sent }));
    }, milliseconds);
    this.#timers.set(kind, timer);
  }

  stop(kind: FailureKind): void {
    clearTimeout(this.#timers.get(kind));
    this.#timers.delete(kind);
  }

  /** The request is over: no deadline starts any more. */
  stopAll(): void {
    this.#isOver = true;
    for (const kind of [...this.#timers.keys()]) this.stop(kind);
  }
}
