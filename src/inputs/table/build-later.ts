import type { InputDefinition, Kind } from '../definition.ts';
import { boolean, lines, list, oneOf, text } from '../kinds.ts';

const common = { group: 'Build', commands: ['build'], later: ['build'] } as const;

function later<Value>(kind: Kind<Value>, description: string): InputDefinition<Value> {
  return { ...common, kind, description };
}

function withDefault<Value>(
  kind: Kind<Value>,
  description: string,
  value: Value,
): InputDefinition<Value> & { readonly default: { readonly text: string; readonly value: Value } } {
  return { ...common, kind, description, default: { text: String(value), value } };
}

/** What the contract has for build and this version has not: set to anything but the default, each is `E_UNSUPPORTED`. */
export const laterBuildInputs = {
  'source-image': later(
    text,
    "Adopt an image that an earlier step made instead of building: a local image's name or ID, oci:folder[:tag], oci-archive:file or docker-archive:file.",
  ),
  'smoke-test-url': later(text, 'Start the image as a service, and ask this URL until it answers.'),
  'push-to': withDefault(oneOf(['first', 'all']), 'Which of images a leg pushes to.', 'first'),
  remote: later(text, 'An engine elsewhere: ssh://, tcp://, docker-container:// or kubernetes://.'),
  setup: later(text, 'Install this version of an engine first: buildx@0.30.1.'),
  'setup-emulation': withDefault(boolean, 'Install QEMU for platforms that this host is not.', false),
  'allow-privileged-events': withDefault(
    boolean,
    'Push on pull_request_target, workflow_run and issue_comment events as well.',
    false,
  ),
  'build-contexts': later(lines, 'Further named contexts, one name=path a line.'),
  secrets: { ...later(lines, 'Secrets of the build, one id=value a line.'), secret: true },
  'secret-envs': later(list, 'Secrets of the build from the environment: id=NAME.'),
  'secret-files': later(lines, 'Secrets of the build from files, one id=path a line.'),
  ssh: later(list, 'SSH agent sockets or keys for the build.'),
  'cache-from': later(lines, 'Where the build cache is read from.'),
  'cache-to': later(lines, 'Where the build cache is written to.'),
  'no-cache': withDefault(boolean, 'Build without the cache.', false),
  pull: withDefault(boolean, 'Look for newer base images.', false),
  'add-hosts': later(list, 'Further host names for the build: name:address.'),
  'shm-size': later(text, 'The size of /dev/shm in the build.'),
  ulimit: later(list, 'Limits of the build: nofile=1024:1024.'),
  provenance: withDefault(text, 'Attach provenance: true, false, or mode=max and the like.', 'false'),
  sbom: withDefault(text, 'Attach a software bill of materials.', 'false'),
  outputs: later(lines, 'Where else the result goes.'),
  'extra-args': later(lines, "Further arguments of the engine's build command, one a line."),
} as const;
