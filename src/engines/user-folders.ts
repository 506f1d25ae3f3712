import { join } from 'node:path';
import { withoutUndefined } from '../oci/schema.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where the user's own files are; what is absent can't be told, as for a user without a home. */
export interface UserFolders {
  readonly config?: string;
  readonly cache?: string;
  readonly runtime?: string;
  /** The configuration of the docker command. */
  readonly docker?: string;
}

/**
 * A variable that is set to nothing counts as not set: a path made from it would start in the checkout.
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function userFolders(env: Env): UserFolders {
  const home = env['HOME'] ?? '';
  const folder = (variable: string, inHome?: string): string | undefined => {
    const set = env[variable] ?? '';
    if (set !== '') return set;
    return home === '' || inHome === undefined ? undefined : join(home, inHome);
  };
  const found = {
    config: folder('XDG_CONFIG_HOME', '.config'),
    cache: folder('XDG_CACHE_HOME', '.cache'),
    runtime: folder('XDG_RUNTIME_DIR'),
    docker: folder('DOCKER_CONFIG', '.docker'),
  };
  return withoutUndefined<UserFolders>(found);
}
