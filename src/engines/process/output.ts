import { show } from '../../errors.ts';

const escapes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** One line of an engine's output for the log: without colours, cleaned, and never taken for a command by the runner. */
export function logLine(line: string): string {
  // The runner takes "::command" at the start of a line, and "##[command]" anywhere in it, for a command to itself.
  return `| ${show(line.replace(escapes, ''), 2000)}`.replaceAll('##[', '## [');
}

const unconsumed = /^\[Warning\] one or more build args were not consumed: \[([A-Z ]+)\]$/;
const automatic = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/;

/** What an engine says of arguments that it gave itself: nothing that anybody could mend. */
export function isNoise(line: string): boolean {
  const names = unconsumed.exec(line.trim())?.[1];
  return names?.split(' ').every((name) => automatic.test(name)) === true;
}

/** What newer docker commands say before anything else when they use the classic builder. */
const advice =
  /^DEPRECATED: The legacy builder is deprecated|^ +(?:BuildKit is currently disabled|environment-variable\.|Install the buildx component|https:\/\/docs\.docker\.com\/go\/buildx)/;

/** What BuildKit's plain progress says of steps that went well. */
const progress = /^#\d+ (?:sha256:[0-9a-f]{64}|transferring .*|DONE [\d.]+s|CACHED)$/;

/** The lines of an output that say something, without colours. */
export function tellingLines(output: string): string[] {
  return output
    .replace(escapes, '')
    .split(/\r?\n|\r/)
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '' && !/^-+$/.test(line) && !advice.test(line) && !progress.test(line));
}

/** The last lines of an output in one, for an error: `first | second | third`. */
export function lastLines(output: string, count = 4, max = 600): string {
  const text = tellingLines(output)
    .slice(-count)
    .map((line) => line.trim())
    .join(' | ');
  return show(text.length > max ? `…${text.slice(-max)}` : text, max + 1);
}
