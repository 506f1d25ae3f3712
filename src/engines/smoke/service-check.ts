import { CodedError, quote, show } from '../../errors.ts';
import type { ServiceUrl } from '../../inputs/service-url.ts';
import type { Healthcheck } from '../../oci/config.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';
import { connectionRefused, relayProgram } from './relay.ts';
import {
  emulatedPatience,
  type Answer,
  type Command,
  type ServiceCheck,
  type ServiceContainer,
} from './service.ts';

const everyMs = 1000;
const answerMs = 10_000;
/** How long an answer that no waiting mends (4xx) has to become another: a server that listens may not know all its paths yet. */
const refusedMs = 30_000;

/**
 * Asks by HTTP, from the network of the container. Any status from 200 to 399 is good, as for the probes of Kubernetes; no redirect is
 * followed. All else is asked again, but a 4xx for half a minute at most.
 * @param architecture of the engine's machine
 * @throws E_UNSUPPORTED for a machine that there is no relay for
 */
export function urlCheck(
  container: Pick<ServiceContainer, 'beside'>,
  url: ServiceUrl,
  { architecture, isEmulated }: { architecture: string; isEmulated: boolean },
): ServiceCheck {
  const patience = isEmulated ? emulatedPatience : 1;
  const relay = relayProgram(architecture, url.port);
  if (relay === undefined) {
    throw new CodedError('E_UNSUPPORTED', `smoke-test-url can't be asked on a machine of ${architecture}`, {
      hint: 'use smoke-test, or a HEALTHCHECK in the image, which any machine can run',
    });
  }
  let refused: number | undefined;
  let last: HttpAnswer | undefined;
  return {
    what: url.text,
    askMs: answerMs * patience,
    ask: async (timeoutMs) => {
      last = httpAnswer(await container.beside(relay, httpRequest(url), timeoutMs), url, timeoutMs);
      return last;
    },
    again: (elapsedMs) => {
      refused = last?.isRefusal === true ? (refused ?? elapsedMs) : undefined;
      return refused !== undefined && elapsedMs - refused >= refusedMs * patience ? undefined : everyMs;
    },
  };
}

function httpRequest({ path, host }: ServiceUrl): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: native-multiarch\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}

interface HttpAnswer extends Answer {
  readonly isRefusal: boolean;
}

/** 103 and the like, which come before the answer. */
const interim = /^HTTP\/1\.[01] 1\d\d[^]*?\r\n\r\n/u;
/** https://www.rfc-editor.org/rfc/rfc9112#name-status-line */
const statusLine = /^HTTP\/1\.[01] (?<status>\d{3})(?: (?<reason>[^\r\n]*))?\r?\n/u;

/** What came through the relay. */
export function httpAnswer(
  { code, stdout, stderr, ended }: ExecResult,
  { port }: Pick<ServiceUrl, 'port'>,
  timeoutMs: number,
): HttpAnswer {
  const no = (says: string): HttpAnswer => ({ ok: false, says, isRefusal: false });
  let text = stdout;
  for (let each = 0; each < 4; each += 1) text = text.replace(interim, '');
  const groups = statusLine.exec(text)?.groups;
  const status = Number(groups?.['status'] ?? 0);
  if (status !== 0) {
    const says = show(`${status} ${groups?.['reason'] ?? ''}`.trim(), 100);
    return { ok: status >= 200 && status < 400, says, isRefusal: status >= 400 && status < 500 };
  }
  if (code === connectionRefused) return no(`nothing listens on port ${port}`);
  if (ended === 'timeout') return no(`no answer within ${Math.round(timeoutMs / 1000)} s`);
  if (text !== '') return no(`no HTTP, but ${quote(text.slice(0, 60))}`);
  if (code === 0) return no('it closed the connection without an answer');
  return no(`it could not be asked: ${lastLines(stderr, 1, 200)} (${code})`);
}

/** Docker's own, where the image says nothing else. https://docs.docker.com/reference/dockerfile/#healthcheck */
const standard = { interval: 30_000, timeout: 30_000, retries: 3 };
/** While the service starts, it is asked that often. */
const startIntervalMs = 1000;

/**
 * Runs the command of a HEALTHCHECK in the container, as its engine would: healthy with the first 0, unhealthy with as many failures one after
 * the other as it has retries. None counts before the first interval and the start period are over; till then it is run every second, so that
 * nobody waits half a minute for a service that is up in one.
 */
export function healthCheck(
  container: Pick<ServiceContainer, 'inside'>,
  healthcheck: Healthcheck,
  { command, isEmulated }: { command: Command; isEmulated: boolean },
): ServiceCheck {
  const patience = isEmulated ? emulatedPatience : 1;
  const ms = (nanoseconds: number | undefined, other: number): number =>
    nanoseconds === undefined || nanoseconds === 0 ? other : Math.max(nanoseconds / 1e6, 1);
  const intervalMs = ms(healthcheck.intervalNanoseconds, standard.interval);
  const graceMs = Math.max(ms(healthcheck.startPeriodNanoseconds, 0), intervalMs) * patience;
  const retries =
    healthcheck.retries === undefined || healthcheck.retries === 0 ? standard.retries : healthcheck.retries;
  let failures = 0;
  return {
    what: `HEALTHCHECK ${JSON.stringify(show((healthcheck.test.at(0) === 'CMD-SHELL' ? command.slice(-1) : command).join(' '), 200))}`,
    askMs: ms(healthcheck.timeoutNanoseconds, standard.timeout) * patience,
    ask: async (timeoutMs) => {
      const { code, stdout, stderr, ended } = await container.inside(command, timeoutMs);
      const said = lastLines(`${stdout}\n${stderr}`, 2, 300);
      const how =
        ended === 'timeout' ? `no end within ${Math.round(timeoutMs / 1000)} s` : `exit code ${code}`;
      return { ok: code === 0, says: said === '' ? how : `${how}: ${said}` };
    },
    again: (elapsedMs) => {
      if (elapsedMs < graceMs) return Math.min(startIntervalMs, intervalMs);
      failures += 1;
      return failures >= retries ? undefined : intervalMs;
    },
  };
}

/**
 * What a HEALTHCHECK runs, or `undefined` where there is none, or NONE.
 * @param shell the image's SHELL
 */
export function healthCommand(
  { test: [kind, ...words] }: Pick<Healthcheck, 'test'>,
  shell: readonly string[] = ['/bin/sh', '-c'],
): Command | undefined {
  const [first, ...rest] =
    kind === 'CMD-SHELL' ? [...shell, ...words.slice(0, 1)] : kind === 'CMD' ? words : [];
  return first === undefined || words.length === 0 ? undefined : [first, ...rest];
}
