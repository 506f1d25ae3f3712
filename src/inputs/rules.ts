import { CodedError, quote } from '../errors.ts';
import type { CommandName, RawInputs } from './commands.ts';
import { unreadable } from './kinds.ts';
import type { InputsOf } from './table.ts';

const assembleOnly = ['base', 'files', 'entrypoint', 'cmd', 'env', 'workdir', 'user'];

/** What no input can say by itself. All that is wrong, not the first alone. */
export function checkTogether(
  command: CommandName,
  raw: RawInputs,
  inputs: Readonly<Record<string, unknown>>,
): CodedError[] {
  return [
    ...loginRules(raw),
    ...imageRules(command, raw, inputs),
    ...(command === 'build' ? buildRules(raw, inputs) : []),
    ...(command === 'merge' ? mergeRules(inputs as Pick<InputsOf<'merge'>, 'annotations'>) : []),
  ];
}

function loginRules(raw: RawInputs): CodedError[] {
  if (raw.has('username') === raw.has('password')) return [];
  const [set, missing] = raw.has('username') ? ['username', 'password'] : ['password', 'username'];
  return [unreadable(`${set} is set without ${missing}`, `set ${missing} too, or neither`)];
}

function imageRules(
  command: CommandName,
  raw: RawInputs,
  inputs: Readonly<Record<string, unknown>>,
): CodedError[] {
  const needsImage =
    command === 'build' || command === 'merge' || command === 'verify' || command === 'inspect';
  const tags = inputs['tags'];
  const named =
    Array.isArray(tags) &&
    tags.some((item: unknown) => typeof item === 'object' && item !== null && 'repository' in item);
  if (!needsImage || raw.has('images') || raw.has('references') || named) return [];
  if (command === 'merge' && raw.has('output')) return [];
  if (command === 'build' || command === 'merge') {
    return [
      unreadable(
        `images is not set, and ${command} needs it`,
        'set images, or give whole references in tags',
      ),
    ];
  }
  return [
    unreadable(
      `nothing says what to ${command}`,
      `give a reference (${command} quay.io/acme/app:v1 in a shell), or set images`,
    ),
  ];
}

function platformRules(raw: RawInputs): CodedError[] {
  if (!raw.has('platform') || !raw.has('platforms')) return [];
  return [
    unreadable(
      'platform and platforms are both set',
      'a leg of a matrix has platform; a host that makes several has platforms',
    ),
  ];
}

/** What shapes an image while it is built: one that is adopted stays as it is. */
const buildOnly = [
  ...['file', 'target', 'build-args', 'build-contexts', 'labels', 'annotations', 'secrets', 'secret-envs'],
  ...[
    'secret-files',
    'ssh',
    'cache-from',
    'cache-to',
    'no-cache',
    'pull',
    'network',
    'add-hosts',
    'shm-size',
  ],
  ...['ulimit', 'provenance', 'sbom', 'outputs', 'extra-args', 'format', ...assembleOnly],
];

function adoptRules(raw: RawInputs): CodedError[] {
  if (!raw.has('source-image')) return [];
  return buildOnly
    .filter((name) => raw.has(name))
    .map(
      (name) =>
        // Without its value, which may be a secret.
        new CodedError(
          'E_UNSUPPORTED',
          `${name} can't be honoured with source-image, which is adopted as it is`,
          {
            hint: `leave ${name} out, or build`,
          },
        ),
    );
}

function buildRules(raw: RawInputs, inputs: Readonly<Record<string, unknown>>): CodedError[] {
  const errors: CodedError[] = [...platformRules(raw), ...adoptRules(raw)];
  const engine = String(inputs['engine']);
  if (engine !== 'assemble') {
    for (const name of assembleOnly.filter((each) => raw.has(each))) {
      errors.push(unsupported(name, raw, `engine ${engine}`, 'set engine to assemble, or leave it out'));
    }
  }
  return errors;
}

/** Annotations of what a merge does not change. */
function mergeRules({ annotations }: Pick<InputsOf<'merge'>, 'annotations'>): CodedError[] {
  return annotations
    .filter(({ on }) => on === 'elsewhere')
    .map(
      ({ key, value }) =>
        new CodedError(
          'E_UNSUPPORTED',
          `annotations: ${quote(`${key}=${value}`)} is for a level that a merge can't reach`,
          { hint: `write ${quote(`index:${key}=${value}`)} or manifest-descriptor[linux/amd64]:` },
        ),
    );
}

function unsupported(name: string, raw: RawInputs, where: string, hint: string): CodedError {
  const value = (raw.get(name) ?? []).join('\n');
  return new CodedError('E_UNSUPPORTED', `${name} ${quote(value)} can't be honoured by ${where}`, { hint });
}

/** What is allowed, and somebody should look at. */
export function advice(inputs: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(inputs['build-args'] ?? {});
  return names
    .filter((name) => /(?:^|_)(?:token|password|passwd|secret|key|credentials?)$/iu.test(name))
    .map((name) => `build-args has ${quote(name)}, which can be read in the image by everybody who pulls it`);
}
