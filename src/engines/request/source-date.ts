import { CodedError, quote } from '../../errors.ts';
import type { EngineOptions } from '../options.ts';

/**
 * Seconds since 1970 that stand for all times in the image, or undefined where nobody asks for that.
 * https://reproducible-builds.org/specs/source-date-epoch/
 * @throws E_INPUT
 */
export function sourceDate(env: EngineOptions['env']): number | undefined {
  const text = env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new CodedError('E_INPUT', `SOURCE_DATE_EPOCH is ${quote(text)}`, {
    hint: 'it is a number of seconds since 1970',
  });
}
