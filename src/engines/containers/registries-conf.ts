import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../auth.ts';
import type { EngineOptions } from '../options.ts';
import { userFolders } from '../user-folders.ts';

type Env = EngineOptions['env'];

/** The folders of podman's and buildah's configuration, the user's first, then the machine's, then the distribution's. */
export function configFolders(env: Env): string[] {
  const { config } = userFolders(env);
  return [
    ...(config === undefined ? [] : [join(config, 'containers')]),
    '/etc/containers',
    '/usr/share/containers',
  ];
}

/**
 * The registries.conf that counts: the first that is there.
 * https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
 */
export async function readRegistriesConf(env: Env): Promise<string | undefined> {
  const explicit = env['CONTAINERS_REGISTRIES_CONF'] ?? '';
  const files = [
    ...(explicit === '' ? [] : [explicit]),
    ...configFolders(env).map((folder) => join(folder, 'registries.conf')),
  ];
  for (const file of files) {
    const text = await readIfThere(file);
    if (text !== undefined) return text;
  }
  return undefined;
}

/**
 * A registries.conf in `folder` that adds these registries as insecure to what the user or the system has: so that a FROM image
 * may come from there, without switching checks off for every other registry.
 */
export async function writeRegistriesConf(
  folder: string,
  insecure: readonly string[],
  env: Env,
): Promise<Record<string, string>> {
  const own = (await readRegistriesConf(env)) ?? '';
  // In a file of the first version, or one that names the registry itself, a second table would be an error.
  const added = /^\s*\[registries\./m.test(own)
    ? []
    : insecure
        .filter((registry) => !own.includes(`"${registry}"`))
        .map((registry) => `\n[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'registries.conf');
  await writeFile(path, `${own}\n${added.join('')}`, { mode: 0o600 });
  return { CONTAINERS_REGISTRIES_CONF: path };
}
