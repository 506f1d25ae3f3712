import { describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type CommandName, type CommandResult } from '../../src/compose.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { startTokenServer } from '../support/token-server.ts';
import { keptLog } from '../support/silent-log.ts';
import { addLegs, bearer, four, path, published, raw, recordOf, withRegistry } from './support/scene.ts';

interface Setting {
  readonly registry: FakeRegistry;
  readonly folder: string;
  readonly run: (
    command: CommandName,
    inputs: Record<string, string>,
    env?: NodeJS.ProcessEnv,
  ) => Promise<CommandResult>;
}

/** A shell in an empty folder, with nobody's credentials but those that are given. */
async function inFolder(use: (setting: Setting) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  try {
    await withRegistry({ auth: bearer }, async (registry) => {
      await use({
        registry,
        folder,
        run: async (command, inputs, env = {}) =>
          runCommand(
            command,
            raw(registry, { username: 'robot', password: 'not-so-secret', tags: 'v1', ...inputs }),
            {
              kind: 'cli',
              log: keptLog(),
              env: { HOME: folder, ...env },
              cwd: folder,
              signal: new AbortController().signal,
              scratch: () => Promise.resolve(folder),
            },
          ),
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const platforms = four.join();

describe('a command, put together', () => {
  test('merges from record files, from a folder with a folder for each artifact', async () => {
    await inFolder(async ({ registry, folder, run }) => {
      for (const [platform, leg] of Object.entries(addLegs(registry))) {
        const artifact = join(folder, 'records', platform.replace('/', '-'));
        mkdirSync(artifact, { recursive: true });
        writeFileSync(join(artifact, 'record.json'), recordOf(registry, leg));
      }
      await run('merge', { platforms, records: './records' });
      expect(published(registry).manifests).toHaveLength(4);
    });
  });

  test("merges from docker's folder of empty files named by digest, and then verifies and inspects", async () => {
    await inFolder(async ({ registry, folder, run }) => {
      mkdirSync(join(folder, 'digests'));
      for (const leg of Object.values(addLegs(registry))) {
        writeFileSync(join(folder, 'digests', leg.manifest.digest.replace('sha256:', '')), '');
      }
      const { outputs } = await run('merge', { platforms, records: './digests/' });
      expect((await run('verify', { platforms })).outputs['digest']).toBe(outputs['digest']);
      expect((await run('inspect', { raw: 'true' })).text).toBe(outputs['index']);
    });
  });

  test('takes the time of the list from SOURCE_DATE_EPOCH, and refuses what is none', async () => {
    await inFolder(async ({ registry, run }) => {
      addLegs(registry);
      await run('merge', { platforms }, { SOURCE_DATE_EPOCH: '1704067200' });
      expect(published(registry).annotations).toMatchObject({
        'org.opencontainers.image.created': '2024-01-01T00:00:00Z',
      });
      const error = await rejection(run('merge', { platforms }, { SOURCE_DATE_EPOCH: 'today' }));
      expect(error).toMatchObject({ code: 'E_INPUT', message: expect.stringContaining('today') });
    });
  });

  test('does not ask to push where nothing will be pushed', async () => {
    await inFolder(async ({ registry, run }) => {
      addLegs(registry);
      await run('merge', { platforms, 'dry-run': 'true' });
      const scopes = registry.requests.flatMap(({ query }) => query.getAll('scope'));
      expect(scopes).toEqual([`repository:${path}:pull`]);
    });
  });

  test.each(['registry-auth', 'insecure-registries'])(
    'trusts a token server on another port that %s names',
    async (input) => {
      await using tokens = await startTokenServer();
      await withRegistry({ auth: { ...bearer, realm: tokens.realm } }, async (registry) => {
        tokens.registryUrl = `http://${registry.host}`;
        addLegs(registry);
        const inspect = (inputs: Record<string, string>) =>
          inFolder(async ({ run }) => {
            await run('inspect', { images: `${registry.host}/${path}`, tags: 'v1-amd64', ...inputs });
          });
        const error = await rejection(inspect({}));
        expect(error.hint).toContain(`name ${tokens.host} as a registry in registry-auth`);
        const entry = JSON.stringify([{ registry: tokens.host, username: 'robot', password: 'unused' }]);
        await inspect({ [input]: input === 'registry-auth' ? entry : tokens.host });
        expect(tokens.requests).toEqual(['GET Basic']);
      });
    },
  );

  test('is refused without the right password, with no word of it', async () => {
    await inFolder(async ({ registry, run }) => {
      addLegs(registry);
      const error = await rejection(run('merge', { platforms, password: 'wrong-one' }));
      expect(error.code).toBe('E_UNAUTHORIZED');
      expect(`${error.message}${error.hint ?? ''}`).not.toContain('wrong-one');
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['a path that is not there', { records: './none' }, 'E_NOT_FOUND'],
    ['a path through a file', { records: './file/record.json' }, 'E_RECORD'],
    ['a link that leads to itself', { records: './loop' }, 'E_RECORD'],
    ['a certificate that is not there', { 'ca-certificate': './none.pem' }, 'E_INPUT'],
    ['a certificate that is a folder', { 'ca-certificate': './folder' }, 'E_INPUT'],
  ])('tells %s as what it is', async (_, inputs, code) => {
    await inFolder(async ({ folder, run }) => {
      writeFileSync(join(folder, 'file'), '');
      mkdirSync(join(folder, 'folder'));
      symlinkSync('loop', join(folder, 'loop'));
      const error = await rejection(run('merge', { platforms, ...inputs }));
      expect(error.code).toBe(code);
      expect(error.message).toContain(Object.values(inputs)[0]);
    });
  });

  test.each(['prune', 'doctor'] as const)('%s is not there yet, and says so', async (command) => {
    await inFolder(async ({ run }) => {
      expect((await rejection(run(command, {}))).code).toBe('E_UNSUPPORTED');
    });
  });
});
