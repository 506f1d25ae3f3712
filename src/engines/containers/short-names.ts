import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReference } from '../../oci/reference.ts';
import { readIfThere } from '../auth.ts';
import type { PullSource } from '../engine.ts';
import { userFolders } from '../user-folders.ts';
import { configFolders, readRegistriesConf } from './registries-conf.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What podman's and buildah's configuration says of where images come from, as far as it is read here. */
export interface RegistriesConfig {
  /** Short name to full name, without tags. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly searched: readonly string[];
  readonly registries: readonly ConfiguredRegistry[];
}

interface ConfiguredRegistry {
  /** What names begin with that this is about. */
  prefix?: string;
  location?: string;
  isMirrored?: true;
  isBlocked?: true;
}

/**
 * Where podman and buildah would pull an image from; `undefined` where only they can tell: a short name with no alias and not one
 * registry to search, or a registry that the configuration leads elsewhere.
 * https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
 */
export function sourceOf(reference: string, config: RegistriesConfig): PullSource | undefined {
  const name = fullName(reference, config);
  if (name === undefined) return undefined;
  const { registry, name: full } = parseReference(name).repository;
  const about = config.registries.filter(({ prefix, location }) => {
    const from = prefix ?? location ?? '';
    return from.startsWith('*.')
      ? registry.endsWith(from.slice(1))
      : full === from || full.startsWith(`${from}/`);
  });
  const leads = about.some(
    ({ prefix, location, isBlocked }) =>
      isBlocked === true || (prefix !== undefined && location !== undefined && prefix !== location),
  );
  return leads ? undefined : { name, isMirrored: about.some(({ isMirrored }) => isMirrored === true) };
}

function fullName(reference: string, { aliases, searched }: RegistriesConfig): string | undefined {
  if (/^(?:localhost|[^/]*[.:][^/]*)\//u.test(reference)) return reference;
  const [name = '', extra = ''] = /^([^:@]+)(.*)$/u.exec(reference)?.slice(1) ?? [];
  const alias = aliases.get(name);
  if (alias !== undefined && alias !== '') return alias + extra;
  const [only, ...more] = searched;
  return only === undefined || more.length > 0 ? undefined : `${only}/${reference}`;
}

/** The configuration of this user on this machine; a later file goes before an earlier one. */
export async function registriesConfig(env: Env): Promise<RegistriesConfig> {
  const { cache } = userFolders(env);
  const more = await Promise.all(
    configFolders(env)
      .toReversed()
      .map(async (folder) => dropIns(join(folder, 'registries.conf.d'))),
  );
  const learnt = await Promise.all(
    ['/var/cache/containers', ...(cache === undefined ? [] : [join(cache, 'containers')])].map(
      async (folder) => readIfThere(join(folder, 'short-name-aliases.conf')),
    ),
  );
  const main = await readRegistriesConf(env);
  return parseRegistriesConfig([main ?? '', ...more.flat(), ...learnt.map((one) => one ?? '')]);
}

/** In today's form, and in that of the first version. */
const searchList =
  /^\s*(?:unqualified-search-registries|\[registries\.search\]\s*registries)\s*=\s*\[([^\]]*)\]/mu;

/** Of TOML only what these files hold: tables, strings, and one list of strings. */
export function parseRegistriesConfig(files: readonly string[]): RegistriesConfig {
  const aliases = new Map<string, string>();
  const registries: ConfiguredRegistry[] = [];
  let searched: readonly string[] = [];
  for (const file of files) {
    searched = searchedBy(file) ?? searched;
    for (const { table, key, value } of linesOf(file)) {
      const registry = registries.at(-1);
      if (table === 'aliases' && key !== undefined) aliases.set(key, value);
      else if (table === 'registry' && key === undefined) registries.push({});
      else if (table === 'registry' && registry !== undefined) set(registry, key, value);
      else if (table === 'registry.mirror' && registry !== undefined) registry.isMirrored = true;
    }
  }
  return { aliases, searched, registries };
}

function set(registry: ConfiguredRegistry, key: string | undefined, value: string): void {
  if (key === 'prefix' || key === 'location') registry[key] = value;
  if (key === 'blocked' && value === 'true') registry.isBlocked = true;
}

function searchedBy(file: string): string[] | undefined {
  const list = searchList.exec(file)?.[1];
  return list === undefined
    ? undefined
    : [...list.matchAll(/["']([^"']+)["']/gu)].map(([, registry = '']) => registry);
}

interface Line {
  /** The table that it stands in: `registry.mirror`. */
  readonly table: string;
  /** Absent: the line that begins the table. */
  readonly key?: string;
  readonly value: string;
}

const tableLine = /^\s*\[\[?\s*([\w.]+)\s*\]\]?\s*(?:#.*)?$/u;
const keyLine = /^\s*["']?([^"'=\s]+)["']?\s*=\s*["']?([^"'\s]*)["']?/u;

function* linesOf(file: string): Generator<Line, void, undefined> {
  let table = '';
  for (const line of file.split('\n')) {
    const header = tableLine.exec(line)?.[1];
    const [, key, value = ''] = keyLine.exec(line) ?? [];
    table = header ?? table;
    if (header !== undefined) yield { table, value: '' };
    else if (key !== undefined) yield { table, key, value };
  }
}

async function dropIns(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    // Most machines have two of the three folders at best.
    return [];
  }
  const files = names.filter((name) => name.endsWith('.conf')).sort();
  return (await Promise.all(files.map(async (name) => readIfThere(join(folder, name))))).map(
    (one) => one ?? '',
  );
}
