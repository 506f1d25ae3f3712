import { CodedError, type ErrorCode } from '../../errors.ts';
import { lastLines, tellingLines } from '../process/output.ts';
import {
  engineRules,
  noSpace,
  noTemporarySpace,
  registryRules,
  target,
  type FailureContext,
} from './failure-rules.ts';
import { failedLine, stepFailure } from './step-failures.ts';

/** The words in which every engine says that a RUN step's own program ended badly. */
const stepFailed =
  /while running runtime: exit status|returned a non-zero code: \d+|executor failed running \[|did not complete successfully: exit code|unable to start container process/;

type Make = (code: ErrorCode, message: string, hint?: string, told?: string) => CodedError;

/** What an engine's output says about why it failed, as an error of the contract. */
export function classify(output: string, exitCode: number, context: FailureContext): CodedError {
  const last = finalWords(output);
  const ended = last.at(-1) ?? '';
  const line = context.file === undefined ? undefined : failedLine(output);
  const make: Make = (code, message, hint, told = lastLines(output)) =>
    new CodedError(code, told === '' ? message : `${message} (${told})`, {
      ...(hint !== undefined && { hint }),
      ...(context.file !== undefined && line !== undefined && { place: { file: context.file, line } }),
    });
  const inStep = context.doing === 'build' && stepFailed.test(ended);
  const engines = [noTemporarySpace(context), ...engineRules];
  const rules = context.doing === 'ask' || inStep ? engines : [...engines, ...registryRules];
  for (const rule of rules) {
    // Behind a failed step stand the step's own words: only the engine's last line counts.
    const words = (inStep ? [ended] : last).find((one) => rule.matches.test(one));
    if (words === undefined) continue;
    const code = typeof rule.code === 'function' ? rule.code(context) : rule.code;
    return make(code, rule.say(context), rule.hint(context), lastLines(words, 1, 300));
  }
  if (context.doing === 'build') return buildFailure(output, exitCode, context, make);
  const what =
    context.doing === 'push' ? `${context.engine} could not push` : `${context.engine} does not work here`;
  return context.doing === 'push'
    ? make('E_REGISTRY', `${what} (exit code ${exitCode})`, 'the log above has all that it said')
    : make(
        'E_ENGINE',
        `${what} (exit code ${exitCode})`,
        `try "${context.engine} info" as this user on this machine, and see where its variables and its configuration lead it`,
      );
}

/** The engine's own last words: from where it says `Error:`, which may go over several lines, else the last three. */
function finalWords(output: string): string[] {
  const lines = tellingLines(output);
  const start = lines.findLastIndex((line) => /^(?:Error|ERROR|failed to solve)[: ]/.test(line));
  return lines.slice(start === -1 || start < lines.length - 12 ? -3 : Math.min(start, lines.length - 3));
}

function buildFailure(output: string, exitCode: number, context: FailureContext, make: Make): CodedError {
  const tail = tellingLines(output).slice(-12).join('\n');
  const trouble = runtimeTrouble(output);
  if (trouble !== undefined) {
    return make('E_ENGINE', `${context.engine} can't start programs here: ${trouble.says}`, trouble.cure);
  }
  if (/no space left on device/i.test(tail))
    return make('E_ENGINE', noSpace.say(context), noSpace.hint(context));
  const known = stepFailure(tail, target(context));
  if (known !== undefined) return make('E_BUILD', known.says, known.cure);
  return make(
    'E_BUILD',
    `the build for ${target(context)} failed with ${context.engine} (exit code ${exitCode})`,
    'the log above has all of its output',
  );
}

/** Why a container could not even be started: the host's doing, never the program's. */
export interface RuntimeTrouble {
  readonly kind: 'cgroups' | 'limits' | 'other';
  readonly says: string;
  readonly cure: string;
}

const runtimeRules: readonly (Omit<RuntimeTrouble, 'says'> & { readonly matches: RegExp })[] = [
  {
    kind: 'other',
    matches: /\$?XDG_RUNTIME_DIR|RunRoot is pointing to a path|\/run\/user\/\d+[^\n]*permission denied/,
    cure: 'let the user of the runner keep a session: "loginctl enable-linger <user>" as root, and XDG_RUNTIME_DIR=/run/user/<its number> in the service',
  },
  {
    kind: 'limits',
    matches: /setrlimit|setting (?:rlimit|"RLIMIT_)/,
    cure: 'limits of a container are higher than this machine lets them be: lower default_ulimits in containers.conf, or default-ulimits in daemon.json',
  },
  {
    kind: 'cgroups',
    matches:
      /cgroups? in hybrid mode|cgroups?[^\n]*not supported|(?:creating|writing|join|apply)[^\n]*cgroup|cgroup[^\n]*(?:permission denied|read-only file system|no such file)|sd-bus call/i,
    cure: 'install runc beside crun, or set BUILDAH_ISOLATION=chroot (podman, buildah)',
  },
  {
    kind: 'other',
    matches:
      /error running container: from \S+ creating container for|(?:OCI runtime|runc|crun)[^\n]*(?:create|run) failed|OCI (?:runtime )?(?:error|permission denied)|error mounting|clone: |unshare\(|mount namespace/i,
    cure: 'set BUILDAH_ISOLATION=chroot (podman, buildah), or run on a machine that lets containers start',
  },
];

/** A runtime says so, too, when the program isn't in the image, may not be run or has the wrong machine: that is the build's own fault. */
const programMissing =
  /executable file[^\n]* not found|exec: \\?"[^\n]*(?:no such file or directory|: permission denied)|exec format error/;

/** undefined: the container was started, or what is wrong is the program in it; with a probe of ours only its machine can be. */
export function runtimeTrouble(
  output: string,
  program: 'theirs' | 'probe' = 'theirs',
): RuntimeTrouble | undefined {
  for (const line of tellingLines(output).slice(-8)) {
    if ((program === 'probe' ? /exec format error/ : programMissing).test(line)) return undefined;
    const rule = runtimeRules.find((one) => one.matches.test(line));
    if (rule !== undefined) return { kind: rule.kind, cure: rule.cure, says: lastLines(line, 1, 300) };
  }
  return undefined;
}
