import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeProgram } from './probe.ts';

/** What the kernel does with programs of a foreign machine. https://docs.kernel.org/admin-guide/binfmt-misc.html */
export type Emulation =
  | {
      readonly kind: 'registered';
      readonly name: string;
      readonly interpreter: string;
      readonly flags: string;
      readonly enabled: boolean;
    }
  /** binfmt_misc is mounted, and nobody registered for this machine. */
  | { readonly kind: 'absent' }
  /** binfmt_misc is not mounted here, or not ours to read: a container, or a kernel without it. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type LookUpEmulation = (architecture: string) => Promise<Emulation>;

export const binfmtFolder = '/proc/sys/fs/binfmt_misc';

/**
 * Asks the kernel of this machine who runs programs of `architecture`: an entry whose magic matches, as the kernel itself
 * looks for it, whatever the entry is called.
 */
export async function lookUpEmulation(architecture: string, root: string = binfmtFolder): Promise<Emulation> {
  const program = probeProgram(architecture);
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
  if (!names.includes('register'))
    return { kind: 'unknown', reason: `binfmt_misc is not mounted on ${root}` };
  if (program === undefined) return { kind: 'absent' };
  const found: Emulation[] = [];
  for (const name of names.filter((one) => one !== 'register' && one !== 'status')) {
    const entry = await readEntry(root, name);
    if (entry !== undefined && matches(entry, program)) found.push(entry.emulation);
  }
  return found.find(isUsable) ?? found.find(isOn) ?? found[0] ?? { kind: 'absent' };
}

/** Whether the kernel takes such programs to an interpreter. */
export function isOn(emulation: Emulation): boolean {
  return emulation.kind === 'registered' && emulation.enabled;
}

/** Whether it does so in containers too: flag F holds the interpreter open, which is not in the image. */
export function isUsable(emulation: Emulation): boolean {
  return emulation.kind === 'registered' && emulation.enabled && emulation.flags.includes('F');
}

interface Entry {
  readonly emulation: Emulation & { readonly kind: 'registered' };
  readonly offset: number;
  readonly magic: Buffer;
  readonly mask: Buffer | undefined;
}

async function readEntry(root: string, name: string): Promise<Entry | undefined> {
  try {
    return parseEntry(name, await readFile(join(root, name), 'utf8'));
  } catch {
    // Another job removed it since the folder was listed.
    return undefined;
  }
}

/** An entry as the kernel prints it; undefined for one that goes by file extension. */
function parseEntry(name: string, text: string): Entry | undefined {
  const value = (key: string): string | undefined => new RegExp(`^${key}:? (.*)$`, 'm').exec(text)?.[1];
  const magic = value('magic');
  const interpreter = value('interpreter');
  if (magic === undefined || interpreter === undefined) return undefined;
  const mask = value('mask');
  return {
    emulation: {
      kind: 'registered',
      name,
      interpreter,
      flags: value('flags') ?? '',
      enabled: text.startsWith('enabled'),
    },
    offset: Number(value('offset') ?? 0),
    magic: Buffer.from(magic, 'hex'),
    mask: mask === undefined ? undefined : Buffer.from(mask, 'hex'),
  };
}

function matches({ offset, magic, mask }: Entry, program: Buffer): boolean {
  if (magic.length === 0 || offset + magic.length > program.length) return false;
  return magic.every((byte, index) => {
    const bits = mask?.[index] ?? 0xff;
    return ((program[offset + index] ?? 0) & bits) === (byte & bits);
  });
}
