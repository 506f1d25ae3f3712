import type { CommandResult } from '../compose.ts';
import type { Log } from '../log.ts';

/** The runner refuses an output of more than 1 MiB, and with it all the others. */
const maxOutput = 900 * 1024;

/** Text as it is, all else as JSON. What is too long is left out, and told: half of it would be worse than nothing. */
export function outputTexts(outputs: CommandResult['outputs'], log: Log): [name: string, value: string][] {
  return Object.entries(outputs).flatMap(([name, value]): [string, string][] => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    if (bytes <= maxOutput) return [[name, text]];
    log.warning(`the output ${name} has ${bytes} bytes, more than a workflow can take, and is left out`);
    return [];
  });
}
