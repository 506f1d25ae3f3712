import { describe, expect, test } from '@jest/globals';
import { relayProgram } from '../../../src/engines/smoke/relay.ts';
import {
  healthCheck,
  healthCommand,
  httpAnswer,
  urlCheck,
} from '../../../src/engines/smoke/service-check.ts';
import { runService } from '../../../src/engines/smoke/service-run.ts';
import type { Answer, ServiceContainer, ServiceOptions } from '../../../src/engines/smoke/service.ts';
import type { ExecResult } from '../../../src/engines/process/exec.ts';
import { waitForService, type ServiceCheck } from '../../../src/engines/smoke/service.ts';
import { parseServiceUrl, type ServiceUrl } from '../../../src/inputs/service-url.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';

const result = (given: Partial<ExecResult>): ExecResult => ({ code: 0, stdout: '', stderr: '', ...given });

/** Time that goes by only when somebody waits, or is asked. */
function fakeClock() {
  let time = 0;
  return {
    now: () => time,
    sleep: (ms: number) => {
      time += ms;
      return Promise.resolve();
    },
  };
}

const url = (text: string): ServiceUrl => {
  const parsed = parseServiceUrl(text);
  if (parsed === 'none') throw new Error('that is no URL');
  return parsed;
};

const health = url('http://localhost:8080/health?full=1');

describe('relayProgram', () => {
  // https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
  test.each([
    ['amd64', 62, '0200'],
    ['arm64', 183, '0200'],
    ['ppc64le', 21, '0200'],
    ['riscv64', 243, '0200'],
    ['s390x', 22, '0002'],
  ])('%s', (architecture, machine, family) => {
    const program = relayProgram(architecture, 8080) ?? Buffer.alloc(0);
    expect(architecture === 's390x' ? program.readUInt16BE(18) : program.readUInt16LE(18)).toBe(machine);
    expect(program.subarray(-16).toString('hex')).toBe(`${family}1f907f0000010000000000000000`);
    const size = architecture === 's390x' ? program.readBigUInt64BE(96) : program.readBigUInt64LE(96);
    expect(size).toBe(BigInt(program.length));
  });

  test.each(['386', 'mips', 'constructor'])('there is none for %s', (architecture) => {
    expect(relayProgram(architecture, 8080)).toBeUndefined();
  });
});

describe('httpAnswer', () => {
  test.each<[Partial<ExecResult>, Partial<Answer> & { isRefusal?: boolean }]>([
    [{ stdout: 'HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello' }, { ok: true, says: '200 OK' }],
    [{ stdout: 'HTTP/1.0 204\r\n\r\n' }, { ok: true, says: '204' }],
    [{ stdout: 'HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\n\r\n' }, { ok: true }],
    [
      { stdout: 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n' },
      { ok: true, says: '200 OK' },
    ],
    [{ stdout: 'HTTP/1.1 404 Not Found\r\n\r\n' }, { ok: false, says: '404 Not Found', isRefusal: true }],
    [{ stdout: 'HTTP/1.1 503 Not Yet\r\n\r\n' }, { ok: false, says: '503 Not Yet', isRefusal: false }],
    [{ stdout: 'HTTP/1.1 200 \u001b[2J\r\n\r\n' }, { ok: true, says: '200 \\u{1b}[2J' }],
    [
      { code: 111, stderr: 'Error: while running runtime: exit status 111' },
      { says: 'nothing listens on port 8080' },
    ],
    [
      { code: 143, ended: 'timeout' },
      { ok: false, says: 'no answer within 10 s' },
    ],
    [{ stdout: 'SSH-2.0-OpenSSH_9\r\n' }, { ok: false, says: 'no HTTP, but "SSH-2.0-OpenSSH_9\\u{d}\\n"' }],
    [{}, { ok: false, says: 'it closed the connection without an answer' }],
    [
      { code: 125, stderr: 'docker: Error response from daemon: No such container: x.' },
      {
        ok: false,
        says: 'it could not be asked: docker: Error response from daemon: No such container: x. (125)',
      },
    ],
  ])('%j', (given, expected) => {
    expect(httpAnswer(result(given), health, 10_000)).toMatchObject(expected);
  });
});

describe('urlCheck', () => {
  const check = (answers: readonly string[], isEmulated = false): ServiceCheck => {
    const left = [...answers];
    const beside = () =>
      Promise.resolve(result({ stdout: left.length > 1 ? (left.shift() ?? '') : (left[0] ?? '') }));
    return urlCheck({ beside }, health, { architecture: 'amd64', isEmulated });
  };

  test('sends one request of the path, and asks for the end of the connection', async () => {
    const seen: string[] = [];
    const beside: ServiceContainer['beside'] = (_, input) => {
      seen.push(input);
      return Promise.resolve(result({ stdout: 'HTTP/1.1 200 OK\r\n\r\n' }));
    };
    await urlCheck({ beside }, health, { architecture: 's390x', isEmulated: false }).ask(1000);
    expect(seen).toEqual([
      'GET /health?full=1 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: native-multiarch\r\nAccept: */*\r\nConnection: close\r\n\r\n',
    ]);
  });

  test.each([
    [false, 31],
    [true, 91],
  ])('a 4xx has half a minute to become something else (emulated: %s)', async (isEmulated, asks) => {
    const clock = fakeClock();
    const waited = await waitForService(
      { isUp: () => Promise.resolve(true) },
      check(['HTTP/1.1 404 Not Found\r\n\r\n'], isEmulated),
      300_000,
      {
        isOver: () => false,
        clock,
      },
    );
    expect(waited).toMatchObject({ why: 'gave up', answer: { says: '404 Not Found' } });
    expect(clock.now() / 1000 + 1).toBe(asks);
  });

  test('a 503 has all the time there is', async () => {
    const clock = fakeClock();
    const answers = Array.from({ length: 100 }, () => 'HTTP/1.1 503 No\r\n\r\n');
    const waited = await waitForService(
      { isUp: () => Promise.resolve(true) },
      check([...answers, 'HTTP/1.1 200 OK\r\n\r\n']),
      300_000,
      {
        isOver: () => false,
        clock,
      },
    );
    expect(waited.why).toBe('answered');
  });

  test('a machine without a relay is told', () => {
    const beside = () => Promise.resolve(result({}));
    expect(() => urlCheck({ beside }, health, { architecture: 'mips', isEmulated: false })).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED' }),
    );
  });
});

describe('healthCheck', () => {
  const seconds = (given: number): number => given * 1e9;
  const wait = async (
    healthcheck: Parameters<typeof healthCheck>[1],
    wellAfter: number,
    isEmulated = false,
  ): Promise<{ why: string; at: number }> => {
    const clock = fakeClock();
    const inside = () => Promise.resolve(result({ code: clock.now() >= wellAfter ? 0 : 1, stdout: 'no' }));
    const check = healthCheck({ inside }, healthcheck, { command: ['/check'], isEmulated });
    const up = { isUp: () => Promise.resolve(true) };
    const { why } = await waitForService(up, check, 300_000, { isOver: () => false, clock });
    return { why, at: clock.now() };
  };
  const test1 = { test: ['CMD', '/check'] };

  test.each([
    ['is seen at once', test1, 0, { why: 'answered', at: 0 }],
    ['is seen within a second while the service starts', test1, 4500, { why: 'answered', at: 5000 }],
    ['comes with the third try, as Docker has it', test1, 90_000, { why: 'answered', at: 90_000 }],
    ['does not come', test1, Infinity, { why: 'gave up', at: 90_000 }],
    [
      'comes within the start period',
      { ...test1, intervalNanoseconds: seconds(5), startPeriodNanoseconds: seconds(60), retries: 1 },
      59_000,
      { why: 'answered', at: 59_000 },
    ],
    [
      'does not come within the start period',
      { ...test1, intervalNanoseconds: seconds(5), startPeriodNanoseconds: seconds(60), retries: 1 },
      61_000,
      { why: 'gave up', at: 60_000 },
    ],
    [
      'is asked as often as it wants',
      { ...test1, intervalNanoseconds: seconds(0.2), retries: 1000 },
      1000,
      { why: 'answered', at: 1000 },
    ],
    [
      'is bounded by the time of the test',
      { ...test1, retries: 1000 },
      Infinity,
      { why: 'timeout', at: 300_000 },
    ],
  ])('health %s', async (_, healthcheck, wellAfter, expected) => {
    expect(await wait(healthcheck, wellAfter)).toEqual(expected);
  });

  test('emulated programs have three times as long to start', async () => {
    expect(await wait({ ...test1, retries: 1 }, 80_000)).toMatchObject({ why: 'gave up' });
    expect(await wait({ ...test1, retries: 1 }, 80_000, true)).toMatchObject({ why: 'answered' });
  });

  test.each([
    [['CMD', '/bin/check', '-v'], undefined, ['/bin/check', '-v']],
    [
      ['CMD-SHELL', 'curl -f localhost || exit 1'],
      undefined,
      ['/bin/sh', '-c', 'curl -f localhost || exit 1'],
    ],
    [
      ['CMD-SHELL', 'true'],
      ['/bin/bash', '-lc'],
      ['/bin/bash', '-lc', 'true'],
    ],
    [['NONE'], undefined, undefined],
    [[], undefined, undefined],
    [['CMD'], undefined, undefined],
    [['CMD-SHELL'], undefined, undefined],
  ])('the command of %j', (words, shell, expected) => {
    expect(healthCommand({ test: words }, shell)).toEqual(expected);
  });
});

describe('runService', () => {
  const options: ServiceOptions = {
    platform: parsePlatform('linux/s390x'),
    timeoutMs: 300_000,
    isEmulated: false,
    ask: { kind: 'url', url: health },
    command: ['/app'],
  };
  const host = { version: '1', label: 'podman 1', platform: parsePlatform('linux/s390x') };

  /** A service whose program ends at that time with that result, or is ended with 137. */
  function service({
    ends,
    answers,
    upAt = 0,
  }: {
    ends?: { at: number; result: ExecResult };
    answers: (time: number) => ExecResult;
    upAt?: number;
  }) {
    const clock = fakeClock();
    const calls: string[] = [];
    let finish: (ended: ExecResult) => void = () => undefined;
    const running = new Promise<ExecResult>((resolve) => {
      finish = resolve;
    });
    const sleep = async (ms: number): Promise<void> => {
      await clock.sleep(ms);
      if (ends !== undefined && clock.now() >= ends.at) finish(ends.result);
      await new Promise(setImmediate);
    };
    const container: ServiceContainer = {
      run: () => running,
      isUp: () => Promise.resolve(clock.now() >= upAt),
      beside: () => {
        calls.push(`asked at ${clock.now()}`);
        return Promise.resolve(answers(clock.now()));
      },
      inside: () => Promise.resolve(result({ code: 1 })),
      remove: () => {
        calls.push('removed');
        finish(result({ code: 137, stdout: 'listening\n', stderr: 'killed\n' }));
        return Promise.resolve();
      },
    };
    return { container, calls, clock: { now: clock.now, sleep } };
  }
  const good = result({ stdout: 'HTTP/1.1 200 OK\r\n\r\n' });
  const refused = result({ code: 111 });

  test('one that answers is removed', async () => {
    const { container, calls, clock } = service({ answers: (time) => (time < 2000 ? refused : good) });
    await expect(runService(container, options, { host, clock })).resolves.toBe(
      'http://localhost:8080/health?full=1 answered: 200 OK',
    );
    expect(calls).toEqual(['asked at 0', 'asked at 1000', 'asked at 2000', 'removed']);
  });

  test('it is not asked before it is up', async () => {
    const { container, calls, clock } = service({ answers: () => good, upAt: 1500 });
    await runService(container, options, { host, clock });
    expect(calls).toEqual(['asked at 1500', 'removed']);
  });

  test('one that ends is a failure at once, with its exit code and last words', async () => {
    const ends = { at: 3000, result: result({ code: 3, stderr: 'no database\n' }) };
    const { container, calls, clock } = service({ answers: () => refused, ends });
    await expect(runService(container, options, { host, clock })).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message:
        'the service on linux/s390x ended with 3 before http://localhost:8080/health?full=1 was good; it said: no database',
    });
    expect(calls.at(-2)).toBe('asked at 2000');
    expect(calls.at(-1)).toBe('removed');
  });

  test('a container that could not be started is the fault of the engine', async () => {
    const stderr =
      'Error: runc: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: OCI permission denied\n';
    const { container, clock } = service({
      answers: () => refused,
      ends: { at: 1, result: result({ code: 126, stderr }) },
    });
    await expect(runService(container, options, { host, clock })).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  test('one that never answers is told with the last answer and the last lines', async () => {
    const { container, calls, clock } = service({
      answers: () => result({ stdout: 'HTTP/1.1 500 Oh No\r\n\r\n' }),
    });
    await expect(runService(container, options, { host, clock })).rejects.toMatchObject({
      code: 'E_SMOKE_TEST',
      message:
        'the service on linux/s390x was not well within 300 s: http://localhost:8080/health?full=1 gave 500 Oh No; it said: listening | killed',
    });
    expect(calls.at(-1)).toBe('removed');
  });

  test('it is removed when asking fails, and that is told', async () => {
    const { container, calls, clock } = service({
      answers: () => {
        throw new Error('cancelled');
      },
    });
    await expect(runService(container, options, { host, clock })).rejects.toThrow('cancelled');
    expect(calls.at(-1)).toBe('removed');
  });
});
