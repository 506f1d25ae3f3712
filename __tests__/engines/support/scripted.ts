import { mkdtempSync, writeFileSync, chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Exec, ExecOptions, ExecResult } from '../../../src/engines/process/exec.ts';
import type { EngineOptions } from '../../../src/engines/options.ts';
import type { Log } from '../../../src/log.ts';

export interface Call {
  readonly tool: string;
  readonly args: readonly string[];
  readonly options: ExecOptions;
}

type Answer = Partial<ExecResult> | undefined;

/** An engine in words: what it answers to a call, and all calls that were made. */
export interface Scripted {
  readonly exec: Exec;
  readonly calls: Call[];
  /** The calls as lines: `podman build ... .` */
  lines(): string[];
}

/** `answer` gives what the engine says; nothing means exit 0 in silence. An id file that is asked for gets an id. */
export function scripted(answer: (line: string, call: Call) => Answer): Scripted {
  const calls: Call[] = [];
  const line = ({ tool, args }: Call): string => [basename(tool), ...args].join(' ');
  return {
    calls,
    lines: () => calls.map(line),
    exec: (tool, args, options) => {
      const call = { tool, args, options };
      calls.push(call);
      const said = answer(line(call), call);
      const idFile = args[args.indexOf('--iidfile') + 1];
      if (args.includes('--iidfile') && idFile !== undefined && (said?.code ?? 0) === 0)
        writeFileSync(idFile, imageId);
      const result = { code: 0, stdout: '', stderr: '', ...said };
      for (const one of `${result.stdout}${result.stderr}`.split('\n').filter((text) => text !== ''))
        options.onLine?.(one);
      return Promise.resolve(result);
    },
  };
}

export const imageId = `sha256:${'ab'.repeat(32)}`;

export interface Recorded {
  readonly log: Log;
  readonly lines: string[];
}

export function recordingLog(): Recorded {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (line: string): void => {
      lines.push(`${level}: ${line}`);
    };
  return {
    lines,
    log: {
      info: keep('info'),
      warning: keep('warning'),
      debug: keep('debug'),
      group: (_, work) => work(),
      secret: () => undefined,
    },
  };
}

/** A folder that is removed with the system's temporary files. */
export function temporaryFolder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'engines-test-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A PATH of one folder with programs of these names; they are never run. */
export function pathWith(...names: readonly string[]): string {
  const folder = temporaryFolder(Object.fromEntries(names.map((name) => [name, ''])));
  for (const name of names) chmodSync(join(folder, name), 0o755);
  return folder;
}

/** Options of an engine that sees nothing of this machine. */
export function testOptions(overrides: Partial<EngineOptions> = {}): EngineOptions {
  const folder = temporaryFolder({ 'app/Dockerfile': 'FROM scratch\n' });
  let ids = 0;
  return {
    log: recordingLog().log,
    env: { PATH: pathWith('docker', 'podman', 'buildah') },
    cwd: folder,
    temp: temporaryFolder(),
    lookUpEmulation: () => Promise.resolve({ kind: 'absent' }),
    kernelArchitecture: () => Promise.resolve(undefined),
    sleep: () => Promise.resolve(),
    uniqueId: () => `id${++ids}`,
    ...overrides,
  };
}
