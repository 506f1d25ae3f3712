import type { BuildRequest, BuiltImage, Capabilities, Engine, Mode } from '../../../src/engines/engine.ts';
import type { Repository } from '../../../src/oci/reference.ts';
import { parsePlatform, type Platform } from '../../../src/platform/platform.ts';
import type { FakeRegistry } from '../../support/fake-registry.ts';
import { archiveOf } from '../../support/archives.ts';
import { addToRegistry, type Fixture } from '../../support/images.ts';

export interface Script {
  readonly platform?: string;
  readonly capabilities?: Partial<Capabilities>;
  /** What the build makes. */
  readonly image: Fixture;
  /** What the engine calls it; default: the digest of its config, as Docker and Podman do. */
  readonly id?: string;
  /** What stands in the registry after a push; default: the image itself. */
  readonly pushes?: Fixture | 'nothing';
  /** What the engine gives to be looked at; default: the image. */
  readonly archive?: AsyncIterable<Uint8Array>;
  /** Whether it can push without a tag. */
  readonly byDigest?: boolean;
  /** Why it can't, as the machine shows. */
  readonly noDigestPush?: Error;
  /** Thrown by the step of that name. */
  readonly fails?: Partial<Record<'preflight' | 'build' | 'run' | 'push', Error>>;
}

/** An engine that does what it is told, and keeps what was asked of it in order. */
export function scriptedEngine(
  registry: FakeRegistry,
  script: Script,
): Engine & { readonly steps: string[]; readonly requests: BuildRequest[] } {
  const steps: string[] = [];
  const requests: BuildRequest[] = [];
  const own = parsePlatform(script.platform ?? 'linux/amd64');
  const step = (name: string, detail = ''): Promise<void> => {
    steps.push(detail === '' ? name : `${name} ${detail}`);
    const failure = script.fails?.[name as 'build'];
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  return {
    steps,
    requests,
    name: 'podman',
    capabilities: {
      source: 'dockerfile',
      modes: ['native', 'emulate'],
      smokeTest: true,
      pushesBy: 'engine',
      caCertificate: true,
      insecureRegistries: 'any',
      ...script.capabilities,
    },
    host: () => Promise.resolve({ version: '5.4.2', label: 'podman 5.4.2', platform: own }),
    preflight: async (_platform: Platform, mode: Mode) => {
      await step('preflight', mode);
      return { mode, note: 'as scripted' };
    },
    build: async (request) => {
      requests.push(request);
      await step('build');
      return { engine: 'podman', id: script.id ?? configOf(script.image).digest, name: 'only-this-build' };
    },
    platformOf: () =>
      Promise.resolve(parsePlatform(Object.values(configOf(script.image).platform).join('/'))),
    run: async (_image: BuiltImage, { command }) => step('run', command),
    push: async (_image, { repository, tag }) => {
      await step('push', tag);
      const pushed = script.pushes ?? script.image;
      if (pushed !== 'nothing') addToRegistry(registry, repository.path, pushed, tag);
    },
    ...(script.byDigest === true && {
      pushByDigest: async (_image: BuiltImage, repository: Repository) => {
        await step('push by digest');
        addToRegistry(registry, repository.path, script.image);
        return script.image.manifest.digest;
      },
    }),
    checkPushByDigest: () =>
      script.noDigestPush === undefined ? Promise.resolve() : Promise.reject(script.noDigestPush),
    archive: () => {
      steps.push('archive');
      return script.archive ?? archiveOf(script.image);
    },
    remove: async () => step('remove'),
    close: () => Promise.resolve(),
  };
}

function configOf({ manifest, descriptor }: Fixture): {
  digest: string;
  platform: { os: string; architecture: string };
} {
  const { config } = JSON.parse(Buffer.from(manifest.bytes).toString()) as { config: { digest: string } };
  const { os = '', architecture = '' } = descriptor.platform ?? {};
  return { digest: config.digest, platform: { os, architecture } };
}
