import { CodedError } from '../../errors.ts';
import type { BuiltImage } from '../engine.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';
import type { Session } from '../process/session.ts';

/**
 * Docker pushes by name only: the name is ours for as long as that takes, and then what it was before.
 * @throws E_ENGINE where somebody else moved the name meanwhile
 */
export async function pushByName(session: Session, image: BuiltImage, name: string): Promise<ExecResult> {
  const before = await idOf(session, name);
  await session.noteLent(name, image.id, before);
  try {
    const tagged = await session.ask(['image', 'tag', image.id, name]);
    if (tagged.code !== 0) return tagged;
    const pushed = await session.tell(['push', name]);
    if (pushed.code !== 0 || (await idOf(session, name)) === image.id) return pushed;
    throw new CodedError(
      'E_ENGINE',
      `the local name ${name} was moved by somebody else while it was pushed`,
      { hint: 'give each leg its own arch-tag, for example {tag}-{arch}-{run}' },
    );
  } finally {
    const after = await idOf(session, name);
    if (after === image.id && before !== image.id) await giveBack(session, name, before);
    await session.strike(name);
  }
}

async function giveBack(session: Session, name: string, before: string | undefined): Promise<void> {
  const answer = await session.ask(givenBack(name, before), { evenIfAborted: true });
  if (answer.code === 0) return;
  const was = before === undefined ? 'there was no such name before' : `it named ${before} before`;
  session.options.log.warning(
    `the local name ${name} stays on the image that was pushed (${was}): ${lastLines(answer.stderr, 1, 300)}`,
  );
}

/** How Docker is told that the name is again what it was. */
export function givenBack(name: string, before: string | undefined): readonly string[] {
  return before === undefined ? ['image', 'rm', '--no-prune', name] : ['image', 'tag', before, name];
}

/** How it is asked for the image that has a name now. */
export const idQuestion = ['image', 'inspect', '--format', '{{.Id}}'] as const;

async function idOf(session: Session, name: string): Promise<string | undefined> {
  const answer = await session.ask([...idQuestion, name], { evenIfAborted: true });
  return answer.code === 0 ? answer.stdout.trim() : undefined;
}
