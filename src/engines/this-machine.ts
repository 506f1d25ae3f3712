import { machine } from 'node:os';
import { CodedError, quote } from '../errors.ts';
import { architectureOfUname } from '../platform/architectures.ts';
import { normalisePlatform } from '../platform/platform.ts';
import type { EngineHost } from './engine.ts';
import type { EngineOptions } from './options.ts';
import { kernelArchitecture, onKernel } from './preflight/kernel.ts';

/**
 * The host of an engine that is nobody but this process. @param label what records and reports call it
 * @throws E_PLATFORM for a machine that no image can be for
 */
export async function thisMachine(
  label: string,
  { kernelArchitecture: ask = kernelArchitecture }: Pick<EngineOptions, 'kernelArchitecture'>,
): Promise<EngineHost> {
  const architecture = architectureOfUname(machine());
  if (architecture === undefined) {
    throw new CodedError('E_PLATFORM', `the machine ${quote(machine())} is not a registered architecture`, {
      hint: 'set platform',
    });
  }
  const platform = normalisePlatform({ os: 'linux', architecture });
  return onKernel({ version: '1', label, platform }, await ask());
}
