import { expect, test } from '@jest/globals';
import { buildArgFlags } from '../../../src/engines/request/build-args.ts';
import { automaticArguments, withGlobalArguments } from '../../../src/engines/request/dockerfile.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';

test('the platform arguments that a Dockerfile declares, and no others', () => {
  const dockerfile =
    'ARG BUILDPLATFORM\nFROM scratch\narg FOO=1 TARGETARCH\n  ARG TARGETVARIANT=x\n# ARG TARGETOS\nRUN echo TARGETPLATFORM\nARG MYTARGETOS\n';
  expect(automaticArguments(dockerfile, parsePlatform('linux/arm/v7'), parsePlatform('linux/amd64'))).toEqual(
    {
      BUILDPLATFORM: 'linux/amd64',
      TARGETARCH: 'arm',
      TARGETVARIANT: 'v7',
    },
  );
});

test('values that look like secrets stay off the command line', () => {
  const { args, env } = buildArgFlags({ VERSION: '1', NPM_TOKEN: 'abc', PROXY: 'http://u:p@proxy.test' });
  expect(args).toEqual(['--build-arg', 'VERSION=1', '--build-arg', 'NPM_TOKEN', '--build-arg', 'PROXY']);
  expect(env).toEqual({ NPM_TOKEN: 'abc', PROXY: 'http://u:p@proxy.test' });
});

test.each([
  [
    '# syntax=docker/dockerfile:1\nFROM --platform=$BUILDPLATFORM scratch AS build\nFROM scratch\n',
    '# syntax=docker/dockerfile:1\nARG BUILDPLATFORM\nFROM --platform=$BUILDPLATFORM scratch AS build\nFROM scratch\n',
  ],
  [
    'ARG V=1\nfrom base-${TARGETARCH:-x}:$V\n  FROM --platform=${BUILDPLATFORM} b\n',
    'ARG V=1\nARG TARGETARCH\nARG BUILDPLATFORM\nfrom base-${TARGETARCH:-x}:$V\n  FROM --platform=${BUILDPLATFORM} b\n',
  ],
  ['ARG BUILDPLATFORM\nFROM --platform=$BUILDPLATFORM b\n', undefined],
  ['FROM scratch\nARG TARGETARCH\nRUN echo $TARGETARCH\n', undefined],
  ['FROM base:$TARGETARCHITECTURE\n', undefined],
  ['RUN nothing\n', undefined],
])('%j declares what its FROM lines use', (dockerfile, completed) => {
  expect(withGlobalArguments(dockerfile)).toBe(completed ?? dockerfile);
});
