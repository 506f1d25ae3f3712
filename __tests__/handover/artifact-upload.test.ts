import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordFileName } from '../../src/handover/artifact-name.ts';
import { uploadRecord } from '../../src/handover/artifact-upload.ts';
import { onlyFileOf } from '../../src/handover/zip.ts';
import { rejection } from '../support/failure.ts';
import { startResultsService, type ResultsService } from '../support/results-service.ts';
import { keptLog } from '../support/silent-log.ts';

const names = [
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
  'GITHUB_SERVER_URL',
  'GITHUB_ACTIONS',
] as const;

let service: ResultsService;
let folder: string;
let before: Partial<Record<string, string>>;

/** @actions/artifact reads the environment of its process. */
beforeEach(async () => {
  service = await startResultsService();
  folder = await mkdtemp(join(tmpdir(), 'upload-'));
  before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  Object.assign(process.env, service.env('run-1', 'job-1'), { GITHUB_SERVER_URL: 'https://github.com' });
});

afterEach(async () => {
  for (const name of names) {
    const value = before[name];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const record = Buffer.from('{"schema":1}');

function upload(controller = new AbortController(), tryMs?: number) {
  const log = keptLog();
  const slept: number[] = [];
  const work = uploadRecord(record, (n) => `record.1${n === 1 ? '' : `-${n}`}`, {
    log,
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
    scratch: () => Promise.resolve(folder),
    retentionDays: '90',
    signal: controller.signal,
    ...(tryMs !== undefined && { tryMs }),
  });
  return { work, log, slept };
}

describe('a record that is handed over as an artifact', () => {
  test('is the one file in it, with the requests that the real service gets', async () => {
    const { work, log } = upload();
    expect(await work).toBe('record.1');
    const [made, ...others] = service.artifacts;
    expect(others).toEqual([]);
    expect(made).toMatchObject({ name: 'record.1', run: 'run-1', job: 'job-1', finalized: true });
    const held = onlyFileOf(made?.bytes ?? Buffer.alloc(0), recordFileName, 100, 'it');
    expect(Buffer.from(held).toString()).toBe('{"schema":1}');
    expect(service.requests).toEqual([
      'CreateArtifact 200',
      'PUT blob 201',
      'PUT blob 201',
      'FinalizeArtifact 200',
    ]);
    expect(log.warnings).toEqual([]);
  });

  test.each([
    ['CreateArtifact', 'reset'],
    ['CreateArtifact', 'lost'],
    ['FinalizeArtifact', 'reset'],
    ['FinalizeArtifact', 'lost'],
  ] as const)(
    '%s: %s, where @actions/artifact gives up, is tried again under a name that is not spent',
    async (on, how) => {
      service.fail({ on, how });
      const { work, log, slept } = upload();
      expect(await work).toBe('record.1-2');
      expect(slept).toEqual([2000]);
      expect(log.lines.join('\n')).toMatch(/artifact record\.1 was not made: .*; trying again in 2 s/);
      expect(service.artifacts.some(({ name, finalized }) => name === 'record.1-2' && finalized)).toBe(true);
    },
  );

  test('a name that is taken already is not taken again', async () => {
    service.put('run-1', 'job-0', 'record.1', Buffer.from('somebody'));
    expect(await upload().work).toBe('record.1-2');
  });

  test('a token that is not taken is not tried again', async () => {
    service.fail({ on: 'CreateArtifact', how: 403, times: 9 });
    const { work, slept } = upload();
    const error = await rejection(work);
    expect(error.message).toMatch(
      /^the record can't be handed over as artifact record\.1: Failed to CreateArtifact: .*403/,
    );
    expect(error).toMatchObject({ code: 'E_GITHUB' });
    expect(slept).toEqual([]);
  });

  test('ends after four tries', async () => {
    service.fail({ on: 'CreateArtifact', how: 'reset', times: 9 });
    const { work, slept } = upload();
    expect(await rejection(work)).toMatchObject({ code: 'E_GITHUB' });
    expect(slept).toEqual([2000, 5000, 15000]);
    expect(service.requests).toHaveLength(4);
  });

  test('a service that takes the connection and never answers is given up after two tries', async () => {
    const asked: string[] = [];
    const silent = createServer((request) => void asked.push(request.url ?? ''));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      process.env['ACTIONS_RESULTS_URL'] = `http://127.0.0.1:${port}/`;
      const { work, slept } = upload(undefined, 200);
      expect(await rejection(work)).toMatchObject({
        code: 'E_GITHUB',
        message: "the record can't be handed over as artifact record.1-2: no answer within 0.2 s",
      });
      expect(slept).toEqual([2000]);
      expect(asked).toHaveLength(2);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  test('a run that is cancelled does not wait for it', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(upload(controller).work).rejects.toBe(reason);
  });

  test('prints nothing, and masks what signs its addresses', async () => {
    const printed: string[] = [];
    const { stdout } = process;
    const write = stdout.write.bind(stdout);
    stdout.write = (chunk: string | Uint8Array): boolean => {
      printed.push(String(chunk));
      return true;
    };
    const secrets: string[] = [];
    try {
      await uploadRecord(record, () => 'record.1', {
        log: { ...keptLog(), secret: (value) => void secrets.push(value) },
        sleep: () => Promise.resolve(),
        scratch: () => Promise.resolve(folder),
        retentionDays: undefined,
        signal: new AbortController().signal,
      });
    } finally {
      stdout.write = write;
    }
    expect(printed).toEqual([]);
    expect(secrets.length).toBeGreaterThan(0);
  });
});
