import type { Limits } from './limits.ts';

type Bounds = Pick<Limits, 'shortestRetryAfterMs' | 'longestRetryAfterMs'>;

/**
 * How long a registry asks us to wait, in milliseconds within the bounds; undefined where it does not say, or says
 * nothing that can be read. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 * @param header Retry-After: seconds, or a date.
 * @param date the answer's own Date, which a date is compared with where there is one, as our clock may be wrong.
 * @param body of the answer: GHCR writes `retry-after: 12.5ms, allowed: 2000/minute` there.
 */
export function retryAfterMs(
  header: string | undefined,
  date: string | undefined,
  body: string,
  now: number,
  bounds: Bounds,
): number | undefined {
  const asked = fromSeconds(header) ?? fromDate(header, date, now) ?? fromBody(body);
  return asked === undefined ? undefined : clamp(asked, bounds);
}

/** Full jitter: somewhere between nothing and a ceiling that doubles with each failure. `failures` counts from 1. */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (failures - 1));
  return shortestBackoffMs + random * (ceiling - shortestBackoffMs);
}

const shortestBackoffMs = 100;
const firstBackoffMs = 1_000;
const longestBackoffMs = 30_000;

function fromSeconds(header: string | undefined): number | undefined {
  const text = header?.trim() ?? '';
  return /^[+-]?\d+(?:\.\d+)?(?:e\d{1,3})?$/i.test(text) ? Number(text) * 1_000 : undefined;
}

function fromDate(header: string | undefined, date: string | undefined, now: number): number | undefined {
  const until = parseDate(header);
  return until === undefined ? undefined : until - (parseDate(date) ?? now);
}

/** The three forms of https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats all begin with the name of a day. */
function parseDate(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d/.test(text.trim()))
    return undefined;
  const time = Date.parse(/(?:GMT|UTC|[+-]\d{4})$/.test(text.trim()) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

function fromBody(body: string): number | undefined {
  const found = /retry[- ]after:?\s*((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+|\d+)\b/i.exec(body)?.[1];
  if (found === undefined) return undefined;
  if (/^\d+$/.test(found)) return Number(found) * 1_000;
  const parts = found.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gi);
  return [...parts].reduce(
    (sum, [, value, unit]) => sum + Number(value) * (units[unit?.toLowerCase() ?? ''] ?? 0),
    0,
  );
}

function clamp(milliseconds: number, bounds: Bounds): number {
  return Math.min(bounds.longestRetryAfterMs, Math.max(bounds.shortestRetryAfterMs, milliseconds));
}
