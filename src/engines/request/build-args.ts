import { looksSecret } from './request.ts';

/** `user:password@` in a URL. */
const hasPassword = /\/\/[^/@\s]*:[^/@\s]*@/;

/**
 * Build arguments for the command line. The value of one that looks like a secret goes by the environment: anybody on the machine
 * can read argument vectors.
 */
export function buildArgFlags(values: Readonly<Record<string, string>>): {
  args: string[];
  env: Record<string, string>;
} {
  const args: string[] = [];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const hidden = looksSecret(name) || hasPassword.test(value);
    if (hidden) env[name] = value;
    args.push('--build-arg', hidden ? name : `${name}=${value}`);
  }
  return { args, env };
}
