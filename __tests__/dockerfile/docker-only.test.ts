import { expect, test } from '@jest/globals';
import { dockerOnly } from '../../src/dockerfile/docker-only.ts';

const text = `FROM scratch AS base
SHELL ["/bin/busybox", "sh", "-c"]
RUN echo \\
  SHELL no
FROM base AS app
healthcheck --interval=5s CMD true
FROM app AS debug
ONBUILD RUN true
HEALTHCHECK NONE
`;

test.each<[string, string | undefined, string[]]>([
  ['the last stage', undefined, ['SHELL (line 2)', 'HEALTHCHECK (line 6)', 'ONBUILD (line 8)']],
  ['a stage', 'APP', ['SHELL (line 2)', 'HEALTHCHECK (line 6)']],
  ['a stage by its number', '0', ['SHELL (line 2)']],
  ['a stage that is not there', 'nope', ['SHELL (line 2)', 'HEALTHCHECK (line 6)', 'ONBUILD (line 8)']],
])('what only Docker keeps, up to %s', async (_, target, expected) => {
  expect((await dockerOnly(text, target)).lost).toEqual(expected);
});

test('nothing of a text that is no Dockerfile', async () => {
  expect(await dockerOnly('FROM scratch\nSHELL []\nWAT\n')).toEqual({ lost: [], replaced: [] });
});

test.each([
  ['FROM acme/base\nHEALTHCHECK NONE\n', ['HEALTHCHECK']],
  ['FROM acme/base\nHEALTHCHECK CMD a\nHEALTHCHECK CMD b\nSHELL ["/bin/sh"]\n', ['HEALTHCHECK', 'SHELL']],
  ['FROM acme/base\n', []],
])('%j says anew what a base image has', async (dockerfile, expected) => {
  expect((await dockerOnly(dockerfile)).replaced).toEqual(expected);
});
