import { cacheList, secretEnvironment, secretFiles, secretValues } from '../build-lists.ts';
import type { InputDefinition, Kind } from '../definition.ts';
import { boolean, lines, list, text } from '../kinds.ts';
import { pairs } from '../readers.ts';

const common = { group: 'Build', commands: ['build'] } as const;

function listed<Value>(
  kind: Kind<Value>,
  description: string,
  value: Value,
): InputDefinition<Value> & { readonly default: { readonly text: string; readonly value: Value } } {
  return { ...common, kind, description, default: { text: 'none', value } };
}

function option<Value>(kind: Kind<Value>, description: string, standard: string): InputDefinition<Value> {
  return { ...common, kind, description, default: { text: standard } };
}

function off<Value>(
  kind: Kind<Value>,
  description: string,
  value: Value,
): InputDefinition<Value> & { readonly default: { readonly text: string; readonly value: Value } } {
  return { ...common, kind, description, default: { text: String(value), value } };
}

/** What docker/build-push-action's users know, with its meanings; docs/engines.md says which engine can do which. */
export const buildOptionInputs = {
  'build-contexts': listed(pairs, 'Further named contexts, one name=path a line.', {}),
  secrets: { ...listed(secretValues, 'Secrets of the build, one id=value a line.', []), secret: true },
  'secret-envs': listed(secretEnvironment, 'Secrets of the build from the environment: id=NAME.', []),
  'secret-files': listed(secretFiles, 'Secrets of the build from files, one id=path a line.', []),
  ssh: listed(lines, 'SSH agent sockets or keys for the build: default, or id=path.', []),
  'cache-from': listed(cacheList, 'Where the build cache is read from.', []),
  'cache-to': listed(cacheList, 'Where the build cache is written to.', []),
  'no-cache': off(boolean, 'Build without the cache.', false),
  pull: off(boolean, 'Look for newer base images.', false),
  'add-hosts': listed(list, 'Further host names for the build: name:address.', []),
  'shm-size': option(text, 'The size of /dev/shm in the build.', "the engine's"),
  ulimit: listed(list, 'Limits of the build: nofile=1024:1024.', []),
  provenance: off(text, 'Attach provenance: true, false, or mode=max and the like.', 'false'),
  sbom: off(text, 'Attach a software bill of materials.', 'false'),
  outputs: listed(lines, 'Where else the result goes.', []),
  'extra-args': listed(lines, "Further arguments of the engine's build command, one a line.", []),
} as const satisfies Record<string, InputDefinition>;
