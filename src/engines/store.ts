import type { Platform } from '../platform/platform.ts';
import type { Session } from './process/session.ts';

/**
 * Whether an image in the engine's own store is of that platform, which is when a build takes it from there. Variants are left out: an
 * image without one serves them all.
 * @param question arguments that make the engine answer with `os/architecture`
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
