import { resolve } from 'node:path';
import { readNamed, readStart, recordFiles, writeWhole } from '../commands/files.ts';
import type { CommandResult } from '../commands/result.ts';
import { CodedError, quote } from '../errors.ts';
import { compareCommits } from '../github/compare.ts';
import { githubEnvironment } from '../github/environment.ts';
import type { RawInputs } from '../inputs/commands.ts';
import type { InputsOf } from '../inputs/table.ts';
import { withRegistry } from './registry.ts';
import { sleeper, type Shell } from './shell.ts';

/** Merges, with the client, the copier and the folders that the inputs ask for. */
export async function runMerge(inputs: InputsOf<'merge'>, shell: Shell): Promise<CommandResult> {
  const [
    { merge },
    { createCopier },
    { copyBetween, Layouts, withLayouts },
    { outputLayout, placesOf },
    { plainHttp },
  ] = await Promise.all([
    import('../commands/merge.ts'),
    import('../registry/copy/copier.ts'),
    import('../commands/places.ts'),
    import('../commands/merge-target.ts'),
    import('../registry/plain-http.ts'),
  ]);
  const targets = placesOf(inputs).targets.map(({ image }) => image);
  const push = inputs['dry-run'] || inputs.output !== undefined ? [] : targets;
  const layouts = new Layouts({ cwd: shell.cwd, output: outputLayout(inputs) });
  const github = await githubEnvironment(shell.env, readStart);
  const copier = createCopier({ log: shell.log, signal: shell.signal });
  const http = plainHttp(shell);
  return withRegistry(inputs, shell, push, async (registry) =>
    merge(inputs, {
      env: shell.env,
      send: http.send,
      log: shell.log,
      registry: withLayouts(registry, layouts),
      copy: copyBetween(copier, registry, layouts, shell.log),
      writeFile: async (path, bytes) => writeWhole(resolve(shell.cwd, path), bytes),
      files: recordFiles(shell.cwd),
      github,
      sourceDate: sourceDate(shell.env),
      sleep: sleeper(shell),
      compare: compareCommits({
        token: inputs['github-token'],
        repository: github.repository,
        apiUrl: shell.env['GITHUB_API_URL'],
        log: shell.log,
        signal: shell.signal,
      }),
    }),
  ).finally(http.close);
}

/** The inputs with what the file in `spec` says. */
export async function specified(raw: RawInputs, { cwd }: Shell): Promise<RawInputs> {
  if (!raw.has('spec')) return raw;
  const { maxSpecBytes, withSpec } = await import('../inputs/spec.ts');
  return withSpec(raw, async (path) =>
    Buffer.from(await readNamed(resolve(cwd, path), maxSpecBytes, 'spec', path)).toString('utf8'),
  );
}

/** SOURCE_DATE_EPOCH as RFC 3339. https://reproducible-builds.org/specs/source-date-epoch/ */
function sourceDate(env: NodeJS.ProcessEnv): string | undefined {
  const value = env['SOURCE_DATE_EPOCH'];
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,11}$/u.test(value)) return new Date(Number(value) * 1000).toISOString().replace('.000Z', 'Z');
  throw new CodedError('E_INPUT', `SOURCE_DATE_EPOCH is ${quote(value)}, which is not a number of seconds`, {
    hint: 'set it to the seconds since 1970, such as $(git log -1 --format=%ct)',
  });
}
