import { CodedError, show } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import type { Session } from './process/session.ts';

const noSuchImage = /no such (?:image|object)|image not known|unable to find|not found/iu;
const imageId = /^(?:sha256:)?([0-9a-f]{64})$/u;

/**
 * The id of an image in the engine's own store.
 * @param question arguments with which the engine prints the id
 * @returns `sha256:...`; `undefined` where there is no such image
 * @throws E_ENGINE
 */
export async function storedImageId(
  session: Session,
  question: readonly string[],
): Promise<string | undefined> {
  const answer = await session.ask(question);
  if (answer.code === 0) return parseImageId(answer.stdout, session);
  if (noSuchImage.test(answer.stderr)) return undefined;
  throw session.failure(answer, { doing: 'ask' });
}

/** An id as engines write it, with or without `sha256:`. @throws E_ENGINE */
export function parseImageId(text: string, { name }: Pick<Session, 'name'>): string {
  const hex = imageId.exec(text.trim())?.[1];
  if (hex !== undefined) return `sha256:${hex}`;
  throw new CodedError('E_ENGINE', `${name} gave ${show(text, 80)} where an image id was to be`);
}

/**
 * Whether an image in the engine's own store is of that platform: then a build takes it from there. Variants are left out, since an
 * image without one serves them all.
 * @param question arguments with which the engine prints `os/architecture`
 */
export async function isStoredFor(
  session: Session,
  question: readonly string[],
  platform: Platform,
): Promise<boolean> {
  const { code, stdout } = await session.ask(question);
  const [os, architecture] = stdout.trim().split('/');
  return code === 0 && os === platform.os && architecture === platform.architecture;
}
