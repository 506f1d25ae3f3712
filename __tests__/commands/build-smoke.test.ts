import { describe, expect, test } from '@jest/globals';
import { smokeTestsOf } from '../../src/commands/build-smoke.ts';
import { parseServiceUrl } from '../../src/inputs/service-url.ts';
import type { ImageConfig } from '../../src/oci/config.ts';

const plain: ImageConfig = { os: 'linux', architecture: 's390x', labels: {}, diffIds: [] };
const healthcheck = { test: ['CMD', '/check'] };
const checked: ImageConfig = { ...plain, healthcheck };
const url = parseServiceUrl('http://localhost:8080/');
const own = { kind: 'healthcheck', healthcheck, command: ['/check'] };

describe('what is run of an image', () => {
  test.each([
    ['nothing', {}, plain, { command: undefined, service: undefined }],
    ['the command', { smokeTest: 'app' }, plain, { command: 'app', service: undefined }],
    ['the HEALTHCHECK that it has', {}, checked, { command: undefined, service: own }],
    ['both', { smokeTest: 'app' }, checked, { command: 'app', service: own }],
    [
      'the URL instead of the HEALTHCHECK',
      { smokeTestUrl: url },
      checked,
      { command: undefined, service: { kind: 'url', url } },
    ],
    ['neither', { smokeTestUrl: 'none' as const }, checked, { command: undefined, service: undefined }],
    [
      'no HEALTHCHECK NONE',
      {},
      { ...plain, healthcheck: { test: ['NONE'] } },
      { command: undefined, service: undefined },
    ],
    [
      'a HEALTHCHECK with the shell of the image',
      {},
      { ...plain, healthcheck: { test: ['CMD-SHELL', 'true'] }, shell: ['/bin/bash', '-lc'] },
      {
        command: undefined,
        service: {
          kind: 'healthcheck',
          healthcheck: { test: ['CMD-SHELL', 'true'] },
          command: ['/bin/bash', '-lc', 'true'],
        },
      },
    ],
  ])(
    '%s',
    (_, { smokeTest, smokeTestUrl }: { smokeTest?: string; smokeTestUrl?: typeof url }, config, expected) => {
      expect(smokeTestsOf({ smokeTest, smokeTestUrl }, config)).toEqual(expected);
    },
  );
});
