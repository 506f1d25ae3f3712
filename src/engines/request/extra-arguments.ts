import { CodedError, quote } from '../../errors.ts';

/** What an input of ours says, by the flag that says it to some engine. */
const ours: Readonly<Record<string, string>> = {
  '--file': 'file',
  '--target': 'target',
  '--platform': 'platform',
  '--arch': 'platform',
  '--os': 'platform',
  '--variant': 'platform',
  '--all-platforms': 'platforms',
  '--secret': 'secrets, secret-envs or secret-files',
  '--ssh': 'ssh',
  '--format': 'format',
  '--provenance': 'provenance',
  '--sbom': 'sbom',
  '--attest': 'provenance and sbom',
  '--output': 'outputs',
  '--build-context': 'build-contexts',
  '--cache-from': 'cache-from',
  '--cache-to': 'cache-to',
  '--timestamp': 'SOURCE_DATE_EPOCH in the environment',
  '--source-date-epoch': 'SOURCE_DATE_EPOCH in the environment',
};

/** What would break something that we promise. */
const kept: Readonly<Record<string, string>> = {
  ...all('the image gets a name that only this leg knows', '--tag', '--manifest'),
  ...all('the image is pushed after it was checked', '--push', '--load'),
  ...all('the image is found again by it', '--iidfile', '--metadata-file'),
  ...all('a password would stand in the list of processes', '--creds', '--decryption-key'),
  ...all('registries and credentials are inputs of their own', '--authfile', '--cert-dir', '--tls-verify'),
  ...all(
    'the output is in the log, and errors are told by it',
    '--quiet',
    '--logfile',
    '--logsplit',
    '--progress',
  ),
  ...all('nothing is left behind', '--rm', '--force-rm'),
  ...all('the engine is chosen by engine and remote', '--builder', '--runtime-flag'),
  ...all('the folder that is built comes last', '--'),
  ...all('nothing would be built', '--call', '--check', '--print', '--help'),
};

/** The flags of one letter: what they are long, and whether a value follows in the same word. */
const short: Readonly<Record<string, { readonly long: string; readonly takesValue: boolean }>> = {
  t: { long: '--tag', takesValue: true },
  f: { long: '--file', takesValue: true },
  o: { long: '--output', takesValue: true },
  q: { long: '--quiet', takesValue: false },
  h: { long: '--help', takesValue: false },
  D: { long: '--debug', takesValue: false },
  c: { long: '--cpu-shares', takesValue: true },
  m: { long: '--memory', takesValue: true },
  v: { long: '--volume', takesValue: true },
};

function all(reason: string, ...flags: readonly string[]): Record<string, string> {
  return Object.fromEntries(flags.map((flag) => [flag, reason]));
}

/** What may not be among `extra-args`, one E_UNSUPPORTED for each. */
export function refusedArguments(args: readonly string[]): CodedError[] {
  return args.flatMap((arg) =>
    flagsOf(arg).flatMap((flag) => {
      const input = ours[flag];
      const reason = kept[flag];
      if (input === undefined && reason === undefined) return [];
      return [
        new CodedError(
          'E_UNSUPPORTED',
          `extra-args has ${quote(arg)}${reason === undefined ? '' : `: ${reason}`}`,
          { hint: input === undefined ? 'leave it out' : `use ${input}` },
        ),
      ];
    }),
  );
}

/** The flags in one argument, long; a lone `--` is one of its own kind, since it would end them. */
function flagsOf(arg: string): string[] {
  if (arg.startsWith('--')) return [arg.split('=', 1)[0] ?? arg];
  if (!arg.startsWith('-') || arg === '-') return [];
  const found: string[] = [];
  for (const letter of arg.slice(1)) {
    const flag = Object.hasOwn(short, letter) ? short[letter] : undefined;
    if (flag === undefined) break;
    found.push(flag.long);
    if (flag.takesValue) break;
  }
  return found;
}
