import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFields, type Field } from '../../oci/schema.ts';
import { engineNames, type EngineName } from '../engine.ts';
import { identify, isRunning, pidNamespace, type ProcessId } from './process-tree.ts';

const kinds = ['container', 'image', 'builder'] as const;
const reference = /^[A-Za-z0-9][A-Za-z0-9_.:/[\]-]*$/u;
/** A path with nothing in it that would lead elsewhere. */
const plainPath = /^(?!.*\/\.\.?(?:\/|$))\/[^\0]+$/u;
const buildxPath = /^(?!.*\/\.\.?\/)\/(?:[^\0]+\/)?(?:buildx|docker-buildx|docker)$/u;

/** Something that an engine keeps for this leg alone. */
export interface Made {
  readonly kind: (typeof kinds)[number];
  readonly tool: EngineName;
  /** Begins with `native-multiarch`, or `localhost/native-multiarch`. */
  readonly name: string;
  /** What leads the tool to the same engine and the same configuration; no secrets. */
  readonly variables: Readonly<Record<string, string>>;
  /** How the tool is called, where PATH does not lead to it: an absolute path, and what comes before its subcommand. */
  readonly command?: ToolCommand;
}

export type ToolCommand = readonly [string, ...string[]];

/** The containers in which podman or buildah builds: it names them itself, and the mark of the build stands in what is kept of them. */
export interface Building extends Omit<Made, 'kind' | 'command'> {
  readonly kind: 'building';
  /** The folder of the engine's storage. */
  readonly storage: string;
}

/** A name that Docker has for an image while it pushes it, since it pushes by name only. */
export interface Lent {
  readonly kind: 'lent';
  readonly tool: EngineName;
  /** `quay.io/acme/app:v1-s390x` */
  readonly name: string;
  /** The id of the image that we gave the name to. */
  readonly image: string;
  /** The id of the one that had it before. */
  readonly before?: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** What does not go by itself when the leg is killed. */
export type Entry = { readonly kind: 'process'; readonly process: ProcessId } | Made | Building | Lent;

const folderName = 'ledger';
const ownerFile = 'owner';
const maxEntries = 1000;
const maxBytes = 16 * 1024;
const ourName = /^(?:localhost\/)?native-multiarch[a-z0-9_.:/-]*$/u;

/**
 * Says whose folder it is, so that the next leg can tell that of a killed one from that of one at work.
 * @param scratch the leg's own folder. @returns whether nobody had said so before
 */
export async function claim(scratch: string): Promise<boolean> {
  const folder = join(scratch, folderName);
  if ((await mkdir(folder, { recursive: true, mode: 0o700 })) === undefined) return false;
  const [own, namespace] = await Promise.all([identify(process.pid), pidNamespace()]);
  if (own !== undefined) await writeFile(join(folder, ownerFile), JSON.stringify({ ...own, namespace }));
  return true;
}

/**
 * What a leg has made or started, written into its scratch folder before it is there, and struck off when it is gone. Whoever comes
 * after a leg that was killed (the post step, the next leg on this machine) finds here what is left to do.
 */
export class Ledger {
  readonly #scratch: string;
  readonly #folder: string;
  /** Whether it was us who {@link claim}ed the folder. */
  #ready: Promise<boolean> | undefined;

  /** @param scratch the leg's own folder. */
  constructor(scratch: string) {
    this.#scratch = scratch;
    this.#folder = join(scratch, folderName);
  }

  /** @returns what strikes it off again. */
  async note(entry: Entry): Promise<() => Promise<void>> {
    this.#ready ??= claim(this.#scratch);
    await this.#ready;
    const file = await this.#write(entry);
    return async () => {
      await rm(file, { force: true });
    };
  }

  /** Removes the ledger itself, where it is ours and nothing is left in it. */
  async close(): Promise<void> {
    const isOurs = await this.#ready;
    if (isOurs !== true) return;
    this.#ready = undefined;
    const left = await readdir(this.#folder).catch(() => []);
    if (left.every((name) => name === ownerFile)) await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(entry: Entry): Promise<string> {
    const file = join(this.#folder, randomBytes(6).toString('hex'));
    await writeFile(file, JSON.stringify(entry), { mode: 0o600 });
    return file;
  }
}

const rank: Readonly<Record<Entry['kind'], number>> = {
  process: 0,
  building: 1,
  lent: 1,
  container: 1,
  image: 2,
  builder: 3,
};

/** What a ledger holds. */
export interface Leftovers {
  /** Whether the leg that wrote it is still at work, or may be: of one in another container nobody here can tell. */
  readonly ownerRuns: boolean;
  /** Processes first, then containers: what they hold can be removed after them. */
  readonly entries: readonly Entry[];
}

/** @returns `undefined` where the leg wrote none. An entry that can't be read is left out: only what is certainly ours is touched. */
export async function readLedger(scratch: string): Promise<Leftovers | undefined> {
  const folder = join(scratch, folderName);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return undefined;
  const owner = await readEntry(join(folder, ownerFile), readOwner);
  const files = names.filter((name) => /^[0-9a-f]{12}$/u.test(name)).slice(0, maxEntries);
  const entries = await Promise.all(files.map(async (name) => readEntry(join(folder, name), toEntry)));
  return {
    ownerRuns: await mayRun(owner),
    entries: entries.filter((entry) => entry !== undefined).toSorted((a, b) => rank[a.kind] - rank[b.kind]),
  };
}

async function readEntry<T>(file: string, read: (field: Field) => T): Promise<T | undefined> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > maxBytes) return undefined;
    return read(parseFields(bytes, 'a ledger entry', { code: 'E_ENGINE', maxDepth: 5 }));
  } catch {
    // Half written when the leg was killed, or not written by us.
    return undefined;
  }
}

interface Owner extends ProcessId {
  readonly namespace?: string;
}

async function mayRun(leg: Owner | undefined): Promise<boolean> {
  // Without /proc nobody can be told from those that are gone.
  if ((await identify(process.pid)) === undefined) return true;
  if (leg === undefined) return false;
  const { namespace, ...owner } = leg;
  const isElsewhere = namespace !== undefined && namespace !== (await pidNamespace());
  return isElsewhere || isRunning(owner);
}

function readOwner(field: Field): Owner {
  const namespace = field.get('namespace').optional((name) => name.string({ maxLength: 100 }));
  // The first process of a container may be a leg.
  return { ...readProcess(field, 1), ...(namespace !== undefined && { namespace }) };
}

function readProcess(field: Field, min = 2): ProcessId {
  return {
    pid: field.get('pid').integer({ min }),
    started: field.get('started').string({ pattern: /^\d{1,20}$/u, is: 'a number of clock ticks' }),
  };
}

function toEntry(field: Field): Entry {
  const kind = field.get('kind').string();
  if (kind === 'process') return { kind, process: readProcess(field.get('process')) };
  const tool = engineNames.find((one) => one === field.get('tool').string());
  if (tool === undefined) throw field.error('is of an unknown tool');
  if (kind === 'lent') return lent(field, tool);
  const name = field.get('name').string({ maxLength: 200, pattern: ourName, is: 'a name of ours' });
  const made = { tool, name, variables: field.get('variables').stringMap() };
  if (kind === 'building') {
    const storage = field.get('storage').string({ maxLength: 4096, pattern: plainPath, is: 'a path' });
    return { kind, ...made, storage };
  }
  const known = kinds.find((one) => one === kind);
  if (known === undefined) throw field.error('is of an unknown kind');
  const command = field.get('command').optional(toolCommand);
  return { kind: known, ...made, ...(command !== undefined && { command }) };
}

function toolCommand(field: Field): ToolCommand {
  const [path, ...prefix] = field.items(2);
  if (path === undefined) throw field.error('is empty');
  return [
    path.string({ maxLength: 4096, pattern: buildxPath, is: 'a path of buildx or docker' }),
    ...prefix.map((word) => word.string({ pattern: /^buildx$/u, is: 'a subcommand of docker' })),
  ];
}

function lent(field: Field, tool: EngineName): Lent {
  const id = (key: Field): string => key.string({ pattern: /^sha256:[0-9a-f]{64}$/u, is: "an image's id" });
  const before = field.get('before').optional(id);
  return {
    kind: 'lent',
    tool,
    name: field.get('name').string({ maxLength: 500, pattern: reference, is: 'a reference' }),
    image: id(field.get('image')),
    ...(before !== undefined && { before }),
    variables: field.get('variables').stringMap(),
  };
}
