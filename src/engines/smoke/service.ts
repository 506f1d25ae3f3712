import type { ServiceUrl } from '../../inputs/service-url.ts';
import type { Healthcheck } from '../../oci/config.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ExecResult } from '../process/exec.ts';

/** How an image is started as a service, and what tells that it works. */
export interface ServiceOptions {
  readonly platform: Platform;
  /** All in all, the start included. */
  readonly timeoutMs: number;
  /** Whether its programs are emulated, and several times slower. */
  readonly isEmulated: boolean;
  readonly ask: ServiceQuestion;
  /** The image's own program: its ENTRYPOINT and CMD. */
  readonly command: readonly string[];
}

/** By HTTP, or by the image's HEALTHCHECK. */
export type ServiceQuestion =
  | { readonly kind: 'url'; readonly url: ServiceUrl }
  | { readonly kind: 'healthcheck'; readonly healthcheck: Healthcheck; readonly command: Command };

export type Command = readonly [string, ...string[]];

/** A container with a service in it, which has a network of its own with nothing else in it. Every engine has its own. */
export interface ServiceContainer {
  /** Starts the image's program, its lines in the log; done when it ended, however. */
  run(): Promise<ExecResult>;
  /** Whether it was started, and what is asked can reach it. */
  isUp(): Promise<boolean>;
  /** Runs a program of ours for the engine's own machine in the network of the service. */
  beside(program: Buffer, input: string, timeoutMs: number): Promise<ExecResult>;
  /** Runs a program of the image in the container. */
  inside(command: Command, timeoutMs: number): Promise<ExecResult>;
  /** Ends it, if it runs, and removes all that was made for it. Never throws for what is gone. */
  remove(): Promise<void>;
}

/** What a service said of itself. */
export interface Answer {
  readonly ok: boolean;
  /** `503 Service Unavailable`, `nothing listens on port 8080` */
  readonly says: string;
}

/** How to find out whether a service works. */
export interface ServiceCheck {
  /** `http://localhost:8080/health` */
  readonly what: string;
  /** How long one answer may take, in milliseconds. */
  readonly askMs: number;
  ask(timeoutMs: number): Promise<Answer>;
  /** In how many milliseconds it is asked again after an answer that was not good; `undefined`: no more. */
  again(elapsedMs: number): number | undefined;
}

/** Emulated programs are several times slower; so is the patience with them. */
export const emulatedPatience = 3;

/** The last answer, too, has a while to come. */
const leastAskMs = 2000;

/** A wait is looked up from that often, so that a service that ended is seen at once. */
const stepMs = 1000;

export interface Clock {
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How waiting for a service ended. */
export interface Waited {
  /** The last answer that the service itself gave. */
  readonly answer: Answer;
  readonly why: 'answered' | 'ended' | 'timeout' | 'gave up';
}

/**
 * Asks until the answer is good, the service has ended, its check gives up, or the time is over. The clock of the check starts when the
 * service is up.
 * @param isOver whether the service has ended
 */
export async function waitForService(
  container: Pick<ServiceContainer, 'isUp'>,
  check: ServiceCheck,
  timeoutMs: number,
  { isOver, clock: { now, sleep } }: { isOver: () => boolean; clock: Clock },
): Promise<Waited> {
  const deadline = now() + timeoutMs;
  const isLate = (): boolean => now() >= deadline;
  let answer: Answer = { ok: false, says: 'it was not started' };
  const pause = async (ms: number): Promise<void> => {
    const end = Math.min(now() + ms, deadline);
    while (!isOver() && now() < end) await sleep(Math.min(stepMs, end - now()));
  };
  while (!isOver() && !isLate() && !(await container.isUp())) await pause(stepMs / 2);
  const start = now();
  while (!isOver() && !isLate()) {
    const next = await check.ask(Math.max(Math.min(check.askMs, deadline - now()), leastAskMs));
    // What is asked of a service that ended meanwhile, the engine answers.
    if (next.ok || !isOver()) answer = next;
    if (next.ok) return { answer, why: 'answered' };
    if (isOver()) break;
    const wait = check.again(now() - start);
    if (wait === undefined) return { answer, why: 'gave up' };
    await pause(wait);
  }
  return { answer, why: isOver() ? 'ended' : 'timeout' };
}
