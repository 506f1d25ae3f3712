import { describe, expect, test } from '@jest/globals';
import { CodedError, errorLine } from '../src/errors.ts';
import { runCommand } from '../src/compose.ts';
import { laterCommands } from '../src/inputs/commands.ts';
import { parseInputs } from '../src/inputs/parse.ts';
import { parseImageConfig } from '../src/oci/config.ts';
import { digestOf } from '../src/oci/digest.ts';
import { parseManifest } from '../src/oci/manifest.ts';
import { mediaTypes } from '../src/oci/media-types.ts';
import { Field } from '../src/oci/schema.ts';
import { failureError } from '../src/registry/failure-error.ts';
import { defaultLimits } from '../src/registry/limits.ts';
import { statusError } from '../src/registry/status-error.ts';
import { failureKinds, TransportFailure } from '../src/registry/transport-failure.ts';
import { failure, rejection } from './support/failure.ts';
import { silentLog } from './support/silent-log.ts';

/** The contract: `E_CODE: what went wrong, with the value; what to do about it`. */
function expectCure(error: unknown): void {
  expect(error).toBeInstanceOf(CodedError);
  if (!(error instanceof CodedError)) return;
  expect(error.hint).toMatch(/\S.{8}/);
  expect(errorLine(error)).toMatch(/^E_[A-Z_]+: .+; .+$/);
}

describe('every way in which a connection fails has a cure', () => {
  test.each(failureKinds)('%s', (kind) => {
    expectCure(failureError(new TransportFailure(kind, 'said the socket'), 'GET manifest a/b:v1', 'a'));
  });
});

describe('every status that a registry may answer with has a cure', () => {
  const bodies = ['', 'plain words', '<html>no</html>', '{"errors":[{"code":"UNKNOWN","message":"no"}]}'];
  const limits = ['{"errors":[{"code":"TOOMANYREQUESTS"}]}', 'the tag is immutable', 'Quota exceeded'];
  const statuses = [
    ...[199, 200, 204, 206, 301, 304, 307, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413],
    ...[414, 415, 416, 418, 421, 422, 423, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505],
    ...[507, 511, 520, 521, 522, 523, 524, 525, 526, 529, 530, 599],
  ];
  test.each(statuses)('%s', (status) => {
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE']) {
      for (const text of [...bodies, ...limits]) {
        const what = `${method} manifest quay.io/acme/app:v1`;
        const headers = { allow: 'GET' };
        const refusal = { what, method, host: 'quay.io', status, headers, body: Buffer.from(text) };
        expectCure(statusError(refusal, defaultLimits, 0, (said) => said));
      }
    }
  });
});

describe('a document of the wrong form has a cure', () => {
  const wrong = [null, undefined, true, 1.5, -1, 'x', 'x'.repeat(100_000), [], [1], {}, { a: 1 }];
  const readers: Readonly<Record<string, (field: Field) => unknown>> = {
    object: (field) => field.object(),
    get: (field) => field.get('a').get('b').get('c'),
    items: (field) => field.items(0),
    string: (field) => field.string({ maxLength: 5, pattern: /^y$/, is: 'y' }),
    oneOf: (field) => field.oneOf(['y']),
    integer: (field) => field.integer({ min: 5 }),
    boolean: (field) => field.withCode('E_PLATFORM').get('b').boolean(),
    digest: (field) => field.digest(),
    strings: (field) => field.strings(),
    stringMap: (field) => field.get('a').stringMap(),
    lookalikes: (field) => {
      field.refuseLookalikes(['A']);
    },
  };
  test.each(Object.entries(readers))('%s', (_name, read) => {
    const errors = ['E_MANIFEST', 'E_RECORD', 'E_REGISTRY', 'E_ENGINE', 'E_INPUT', 'E_UNAUTHORIZED'] as const;
    let failures = 0;
    for (const code of errors) {
      for (const value of wrong) {
        try {
          read(new Field(value, 'the document', code));
        } catch (error) {
          failures += 1;
          expectCure(error);
        }
      }
    }
    expect(failures).toBeGreaterThan(0);
  });

  const digest = digestOf(Buffer.from(''));
  const descriptor = { mediaType: mediaTypes.ociLayer, digest, size: 1 };
  const manifests: readonly object[] = [
    {},
    { schemaVersion: 1 },
    { schemaVersion: '2' },
    { schemaVersion: 2, mediaType: 7 },
    { schemaVersion: 2, mediaType: mediaTypes.dockerManifest },
    { schemaVersion: 2, manifests: [], layers: [] },
    { schemaVersion: 2, manifests: 7 },
    { schemaVersion: 2, manifests: [{ ...descriptor, size: -1 }] },
    { schemaVersion: 2, manifests: [{ ...descriptor, digest: 'sha256:1' }] },
    { schemaVersion: 2, manifests: [{ ...descriptor, urls: ['no'] }] },
    { schemaVersion: 2, manifests: [{ ...descriptor, data: '!' }] },
    { schemaVersion: 2, manifests: [{ ...descriptor, data: 'YWI=' }] },
    { schemaVersion: 2, manifests: [{ ...descriptor, data: 'YQ==' }] },
    { schemaVersion: 2, manifests: [{ ...descriptor, platform: { os: 7 } }] },
    { schemaVersion: 2, manifests: [{ ...descriptor, Platform: {} }] },
  ];
  test.each(manifests)('manifest %j', (document) => {
    const bytes = Buffer.from(JSON.stringify(document));
    expectCure(
      failure(() => parseManifest({ bytes, mediaType: mediaTypes.ociIndex, digest: digestOf(bytes) })),
    );
  });

  test.each([
    'not JSON',
    '7',
    '{}',
    '{"os":"linux"}',
    '{"os":7,"architecture":"s390x"}',
    '{"os":"unknown","architecture":"unknown"}',
    '{"os":"linux","architecture":"s390x","config":7}',
    '{"os":"linux","architecture":"s390x","config":{"Env":"a"}}',
    '{"os":"linux","architecture":"s390x","rootfs":{"diff_ids":["x"]}}',
  ])('config %s', (text) => {
    expectCure(failure(() => parseImageConfig(Buffer.from(text), 'the config of linux/s390x')));
  });
});

describe('a command that is not there yet has a cure', () => {
  test.each(laterCommands)('%s', async (command) => {
    expectCure(await rejection(parseInputs(command, new Map(), silentLog)));
    const shell = {
      kind: 'cli',
      log: silentLog,
      env: {},
      cwd: '/',
      signal: new AbortController().signal,
      scratch: () => Promise.reject(new Error('not asked for')),
    } as const;
    expectCure(await rejection(runCommand(command, new Map(), shell)));
  });
});
