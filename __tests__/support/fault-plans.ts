import type { Fault, FaultPlan } from './fake-registry.ts';

/** The n-th request, counted from 1, meets `fault`; every other is served well. For sweeps over all requests of a job. */
export function failNth(n: number, fault: Fault): FaultPlan {
  return ({ number }) => (number === n ? fault : undefined);
}

/** About `rate` (0 to 1) of all requests meet one of `faults`. The same seed gives the same run. */
export function failAtRandom(seed: number, rate: number, faults: readonly Fault[]): FaultPlan {
  const random = mulberry32(seed);
  return () => (random() < rate ? faults[Math.floor(random() * faults.length)] : undefined);
}

/** What a client has to get over by itself: each of these passes, and the work is done once. */
export const transientFaults: Readonly<Record<string, Fault>> = {
  '429 with Retry-After': { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
  '429 without': { kind: 'answer', status: 429 },
  '500': { kind: 'answer', status: 500 },
  '503': { kind: 'answer', status: 503, headers: { 'content-type': 'text/html' }, body: '<html>busy</html>' },
  '504 behind which the work was done': { kind: 'lost-behind', status: 504 },
  'a reset before the answer': { kind: 'reset' },
  'a lost answer': { kind: 'lost-answer' },
  'a truncated body': { kind: 'truncate', bytes: 10 },
};

/** What a client may fail on, as long as it says so and publishes nothing wrong. */
export const deceits: Readonly<Record<string, Fault>> = {
  'other bytes': { kind: 'corrupt' },
  'the same document in other bytes': { kind: 'reserialise' },
  'a login page': {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>log in</html>',
  },
  'an empty object': { kind: 'body', body: '{}' },
  'another media type': { kind: 'headers', headers: { 'content-type': 'application/json' } },
  'another digest header': {
    kind: 'headers',
    headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` },
  },
  'what was there before': { kind: 'stale' },
  'a write that was not kept': { kind: 'not-committed' },
  '404': { kind: 'answer', status: 404 },
  '403': { kind: 'answer', status: 403 },
};

/** https://gist.github.com/tommyettinger/46a874533244883189143505d203312c: small, seeded, good enough to choose faults. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
