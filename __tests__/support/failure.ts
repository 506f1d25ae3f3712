import { CodedError } from '../../src/errors.ts';

/** The CodedError that `work` throws; a test that gets none, or another error, fails here. */
export function failure(work: () => unknown): CodedError {
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error(`expected a CodedError, and got ${JSON.stringify(result)}`);
}

/** {@link failure}, for work that is under way. */
export async function rejection(work: Promise<unknown>): Promise<CodedError> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error(`expected a CodedError, and got ${JSON.stringify(result)}`);
}
