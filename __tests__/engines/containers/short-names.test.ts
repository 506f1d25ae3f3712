import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  parseRegistriesConfig,
  registriesConfig,
  sourceOf,
} from '../../../src/engines/containers/short-names.ts';
import { temporaryFolder } from '../support/scripted.ts';

const aliases = `
# If a short name is here, it leads there.
[aliases]
  # almalinux
  "alpine" = "docker.io/library/alpine"
  "fedora" = "registry.fedoraproject.org/fedora"
  "ubi9/ubi" = "registry.access.redhat.com/ubi9/ubi"
  "removed" = ""
`;

const main = `
unqualified-search-registries = ["docker.io"]

[[registry]]
prefix = "moved.example.com"
location = "quay.io/mirrored"

[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "mirror.corp:5000" # ours
insecure = true

[[registry]]
location = "localhost:5000"
insecure = true

[[registry]]
prefix = "*.blocked.example"
blocked = true
`;

describe('where podman pulls from', () => {
  const config = parseRegistriesConfig([main, aliases]);

  test.each([
    ['alpine', 'docker.io/library/alpine', true],
    ['alpine:3.20', 'docker.io/library/alpine:3.20', true],
    [`fedora@sha256:${'a'.repeat(64)}`, `registry.fedoraproject.org/fedora@sha256:${'a'.repeat(64)}`, false],
    ['ubi9/ubi:9.5', 'registry.access.redhat.com/ubi9/ubi:9.5', false],
    ['node:24', 'docker.io/node:24', true],
    ['removed', 'docker.io/removed', true],
    ['acme/app', 'docker.io/acme/app', true],
    ['quay.io/acme/app:1', 'quay.io/acme/app:1', false],
    ['localhost:5000/acme/app', 'localhost:5000/acme/app', false],
    ['localhost/own', 'localhost/own', false],
  ])('%s is %s', (reference, name, isMirrored) => {
    expect(sourceOf(reference, config)).toEqual({ name, isMirrored });
  });

  test.each(['moved.example.com/a/b', 'x.blocked.example/a/b'])('%s only podman knows', (reference) => {
    expect(sourceOf(reference, config)).toBeUndefined();
  });

  test('a short name without alias is known where one registry is searched, and only then', () => {
    for (const searched of [
      '',
      'unqualified-search-registries = []',
      'unqualified-search-registries = ["a.io", "b.io"]',
    ]) {
      const other = parseRegistriesConfig([searched, aliases]);
      expect(sourceOf('node:24', other)).toBeUndefined();
      expect(sourceOf('alpine', other)?.name).toBe('docker.io/library/alpine');
    }
  });

  test('the first version of the file says it in another way', () => {
    const old = parseRegistriesConfig(["[registries.search]\nregistries = [\n  'quay.io'\n]\n"]);
    expect(sourceOf('acme/app', old)?.name).toBe('quay.io/acme/app');
  });

  test('what is no TOML is passed over', () => {
    expect(parseRegistriesConfig(['[[[', 'a = = b', '\u0000'])).toMatchObject({
      searched: [],
      registries: [],
    });
  });
});

test('files of the user go before those of the machine, and what podman learnt counts', async () => {
  const home = temporaryFolder({
    '.config/containers/registries.conf': 'unqualified-search-registries = ["quay.io"]',
    '.config/containers/registries.conf.d/10-own.conf': '[aliases]\n"own" = "quay.io/own/own"\n',
    '.cache/containers/short-name-aliases.conf': '[aliases]\n  "learnt" = "docker.io/library/learnt"\n',
  });
  const config = await registriesConfig({ HOME: home });
  expect(config.searched).toEqual(['quay.io']);
  expect(config.aliases.get('own')).toBe('quay.io/own/own');
  expect(config.aliases.get('learnt')).toBe('docker.io/library/learnt');
  const file = join(home, 'other.conf');
  mkdirSync(home, { recursive: true });
  writeFileSync(file, 'unqualified-search-registries = ["other.example"]');
  expect((await registriesConfig({ HOME: home, CONTAINERS_REGISTRIES_CONF: file })).searched).toEqual([
    'other.example',
  ]);
});
