import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { classifyAddress, type AddressClass } from './address.ts';

/** The `code` of the error for a name that leads only to addresses that it may not lead to. */
export const blockedAddress = 'ERR_BLOCKED_ADDRESS';

type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** How names become addresses, and where these lead. */
export interface Network {
  readonly resolve: Resolve;
  readonly classify: (address: string) => AddressClass;
}

export const systemNetwork: Network = { resolve: systemLookup, classify: classifyAddress };

/**
 * A resolver for sockets that sees only addresses whose class is allowed. The check stands at the socket and not before
 * it, since a name that was looked up twice may have two answers.
 */
export function guardedLookup(
  allowed: (to: AddressClass) => boolean,
  { resolve, classify }: Network = systemNetwork,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const usable = addresses.filter(({ address }) => allowed(classify(address)));
      const [first] = usable;
      if (first === undefined) {
        const where = addresses.map(({ address }) => address).join(', ');
        const blocked: NodeJS.ErrnoException = new Error(`${hostname} leads to ${where}`);
        blocked.code = blockedAddress;
        callback(blocked, []);
      } else if (options.all === true) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}
