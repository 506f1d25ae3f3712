import { CodedError } from '../errors.ts';
import { unreadable } from './kinds.ts';
import { readHost } from './readers.ts';

/** What was given for one registry, as a person names it (`quay.io`, `localhost:5000`). */
export interface RegistryAuth {
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

const keys = ['registry', 'username', 'password'] as const;

/**
 * The YAML list of `registry-auth`. Nothing of its text stands in an error, since it holds passwords: positions only.
 * @throws E_INPUT
 */
export async function parseRegistryAuth(text: string): Promise<readonly RegistryAuth[]> {
  const items = await readYaml(text);
  if (!Array.isArray(items) || items.length === 0 || items.length > 100) {
    throw unreadable('is not a YAML list of 1 to 100 items', 'each item has registry, username and password');
  }
  const found = items.map((item: unknown, index) => readItem(item, index + 1));
  const doubled = found.find(({ registry }, i) => found.findIndex((each) => each.registry === registry) < i);
  if (doubled !== undefined)
    throw unreadable(`names ${doubled.registry} twice`, 'give one item for each registry');
  return found;
}

async function readYaml(text: string): Promise<unknown> {
  if (text.length > 65_536) throw unreadable('is longer than 64 KiB');
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    schema: 'failsafe',
    uniqueKeys: true,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw unreadable(
      `is not YAML: ${error.code} at line ${line}, column ${col}`,
      'quote values that hold special characters',
    );
  }
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw unreadable('has a YAML alias in it', 'write each value out');
  }
}

function readItem(item: unknown, number: number): RegistryAuth {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw unreadable(
      `has an item ${number} that is not a map`,
      'each item has registry, username and password',
    );
  }
  const fields = new Map(Object.entries(item));
  const unknown = [...fields.keys()].filter((key) => !keys.some((known) => known === key));
  if (unknown.length > 0) {
    throw unreadable(
      `has ${unknown.length} unknown key(s) in item ${number}`,
      `the keys are ${keys.join(', ')}`,
    );
  }
  const [registry, username, password] = keys.map((key) => {
    const value: unknown = fields.get(key);
    if (typeof value === 'string' && value !== '') return value;
    throw unreadable(`has an item ${number} without ${key}`, 'each item has registry, username and password');
  });
  return { registry: host(registry ?? '', number), username: username ?? '', password: password ?? '' };
}

function host(registry: string, number: number): string {
  try {
    return readHost(registry);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw unreadable(`has an item ${number} whose registry is not host or host:port`, error.hint);
  }
}
