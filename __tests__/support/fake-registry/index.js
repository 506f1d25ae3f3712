// @ts-check
/** @import { FakeRegistry, FakeRegistryOptions } from './types.ts' */

/**
 * Starts a registry on loopback, in this process. Everything it holds is in memory and gone with `close()`.
 * @param {FakeRegistryOptions} [options]
 * @returns {Promise<FakeRegistry>}
 */
export async function startFakeRegistry(options = {}) {
  throw new Error(`not there yet ${Object.keys(options).join()}`);
}
