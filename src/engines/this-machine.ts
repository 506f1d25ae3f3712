import { machine } from 'node:os';
import { CodedError, quote } from '../errors.ts';
import { architectureOfUname } from '../platform/architectures.ts';
import { normalisePlatform } from '../platform/platform.ts';
import type { EngineHost } from './engine.ts';

/**
 * The host of an engine that is nobody but this process. @param label what records and reports call it
 * @throws E_PLATFORM for a machine that no image can be for
 */
export function thisMachine(label: string): EngineHost {
  const architecture = architectureOfUname(machine());
  if (architecture === undefined) {
    throw new CodedError('E_PLATFORM', `the machine ${quote(machine())} is not a registered architecture`, {
      hint: 'give platform',
    });
  }
  return { version: '1', label, platform: normalisePlatform({ os: 'linux', architecture }) };
}
