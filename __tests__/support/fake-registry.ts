/**
 * The registry that tests and the demo run against: the distribution specification in memory, with a log of every
 * request and a fault for any of them. Its code is plain JavaScript, checked by tsc, because the demo runs it on
 * Nodes that know no types; and it shares nothing with src/, because it is the judge.
 */
export { startFakeRegistry } from './fake-registry/index.js';
export type * from './fake-registry/types.ts';
