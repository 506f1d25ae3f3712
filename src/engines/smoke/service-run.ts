import { CodedError } from '../../errors.ts';
import { formatPlatform } from '../../platform/platform.ts';
import type { EngineHost } from '../engine.ts';
import { runtimeTrouble } from '../failures/failures.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';
import {
  waitForService,
  type Clock,
  type ServiceCheck,
  type ServiceContainer,
  type ServiceOptions,
  type Waited,
} from './service.ts';
import { healthCheck, urlCheck } from './service-check.ts';

/**
 * Starts the service, waits for its answer, and removes it.
 * @returns the answer, for the log
 * @throws E_SMOKE_TEST with the last answer and the last lines; E_ENGINE where the container could not be started; E_UNSUPPORTED
 */
export async function runService(
  container: ServiceContainer,
  options: ServiceOptions,
  { host, clock }: { host: EngineHost; clock: Clock },
): Promise<string> {
  const check = checkOf(container, options, host);
  let state: 'runs' | 'ended' = 'runs';
  const running = container.run().finally(() => {
    state = 'ended';
  });
  // Told when it is waited for, below.
  running.catch(() => undefined);
  let waited: Waited;
  try {
    waited = await waitForService(container, check, options.timeoutMs, {
      isOver: () => state === 'ended',
      clock,
    });
  } finally {
    await container.remove();
  }
  const result = await running;
  if (waited.why === 'answered') return `${check.what} answered: ${waited.answer.says}`;
  throw serviceFailure(result, waited, { check, options, host });
}

function checkOf(
  container: ServiceContainer,
  { ask, isEmulated }: ServiceOptions,
  { platform: { architecture } }: EngineHost,
): ServiceCheck {
  return ask.kind === 'url'
    ? urlCheck(container, ask.url, { architecture, isEmulated })
    : healthCheck(container, ask.healthcheck, { command: ask.command, isEmulated });
}

function serviceFailure(
  { code, stdout, stderr }: ExecResult,
  { why, answer }: Waited,
  { check: { what }, options, host }: { check: ServiceCheck; options: ServiceOptions; host: EngineHost },
): CodedError {
  const output = `${stdout}\n${stderr}`;
  const told = lastLines(output);
  const said = told === '' ? 'it said nothing' : `it said: ${told}`;
  const way =
    options.ask.kind === 'url'
      ? 'a service has no network but its own'
      : 'a service has no network but its own; where it needs more to be well, set smoke-test-url: none';
  const service = `the service on ${formatPlatform(options.platform)}`;
  if (why === 'ended') {
    const trouble = runtimeTrouble(output);
    if (trouble !== undefined)
      return new CodedError('E_ENGINE', `${host.label} can't start containers here: ${trouble.says}`, {
        hint: trouble.cure,
      });
    return new CodedError('E_SMOKE_TEST', `${service} ended with ${code} before ${what} was good; ${said}`, {
      hint: `nothing was pushed; the log above has its output, and ${way}`,
    });
  }
  const after = why === 'timeout' ? ` within ${options.timeoutMs / 1000} s` : '';
  return new CodedError(
    'E_SMOKE_TEST',
    `${service} was not well${after}: ${what} gave ${answer.says}; ${said}`,
    { hint: `nothing was pushed; the log above has its output, and ${way}` },
  );
}
