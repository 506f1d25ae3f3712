import { CodedError, show } from '../errors.ts';
import type { Session } from './process/session.ts';

const noSuchImage = /no such (?:image|object)|image not known|unable to find|not found/iu;
const imageId = /^(?:sha256:)?([0-9a-f]{64})$/u;

/**
 * What an engine calls an image that is in its store.
 * @param question the arguments of a command that prints the image's ID
 * @returns `sha256:...`; undefined where there is no image of that name
 * @throws E_ENGINE
 */
export async function storedImageId(
  session: Session,
  question: readonly string[],
): Promise<string | undefined> {
  const answer = await session.ask(question);
  if (answer.code !== 0) {
    if (noSuchImage.test(answer.stderr)) return undefined;
    throw session.failure(answer, { doing: 'ask' });
  }
  const hex = imageId.exec(answer.stdout.trim())?.[1];
  if (hex !== undefined) return `sha256:${hex}`;
  throw new CodedError(
    'E_ENGINE',
    `${session.name} gave ${show(answer.stdout, 80)} where an image id was to be`,
  );
}
