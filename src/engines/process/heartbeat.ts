/** Says every minute that somebody is silent, so that a person who watches the log knows that the job is alive. */
export interface Heartbeat {
  /** Something was heard. */
  readonly heard: () => void;
  readonly stop: () => void;
}

const silenceMs = 60_000;

/** @param what `podman build`; followed by how long it has been at work and how long it has said nothing. */
export function heartbeat(what: string, say: (line: string) => void, now: () => number): Heartbeat {
  const began = now();
  let last = began;
  const timer = setInterval(() => {
    const time = now();
    if (time - last < silenceMs) return;
    say(`${what} is at work for ${minutes(time - began)}, and has said nothing for ${minutes(time - last)}`);
  }, silenceMs);
  timer.unref();
  return {
    heard: () => {
      last = now();
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

function minutes(ms: number): string {
  const whole = Math.floor(ms / 60_000);
  return whole === 1 ? '1 minute' : `${whole} minutes`;
}
