import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const entries = { index: 'src/action/main.ts', post: 'src/action/post.ts', cli: 'src/cli/main.ts' };

/** @actions/core brings an HTTP client along for OIDC tokens, which nobody here asks for: half a megabyte, and 40 ms of each start. */
const unusedHttp = /[\\/]node_modules[\\/](?:undici|tunnel|@actions[\\/]http-client)[\\/]/;

/**
 * All files of dist/, by name. The same sources give the same bytes in any folder and on any Node.
 * @param {string} root the project's folder
 * @returns {Promise<Map<string, string>>}
 */
export async function bundle(root) {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const build = await rolldown({
    cwd: root,
    input: entries,
    platform: 'node',
    treeshake: { moduleSideEffects: [{ test: unusedHttp, sideEffects: false }] },
    transform: { target: 'es2023', define: { nativeMultiarchVersion: JSON.stringify(version) } },
    onLog(level, log, handle) {
      if (level === 'warn') throw new Error(`${log.code}: ${log.message}`);
      handle(level, log);
    },
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: (chunk) => `chunks/${packageOf(chunk) ?? pathName(root, chunk)}.js`,
    minify: false,
    sourcemap: false,
    postBanner: `// ${name} ${version}, Apache-2.0. Bundled from src/ by \`npm run build\`; notices of other packages are in LICENSES.txt.`,
  });
  await build.close();
  const files = new Map(output.map((chunk) => [chunk.fileName, chunk.code]));
  files.set('LICENSES.txt', notices(root, output));
  files.set('package.json', `${JSON.stringify({ type: 'module' }, undefined, 2)}\n`);
  return files;
}

/** The one package that a chunk is made of, where it is one: a chunk named after some file in it would say nothing. */
function packageOf({ moduleIds }) {
  const names = new Set(
    moduleIds
      .filter((id) => !id.startsWith('\0'))
      .map((id) => /.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?([^\\/]+)/.exec(id)?.[2]),
  );
  return names.size === 1 ? [...names][0] : undefined;
}

/** The path of the file that a chunk is named after: two files of one name would be numbered, and change places. */
function pathName(root, { name, moduleIds }) {
  const file = moduleIds.find((id) => basename(id, '.ts') === name);
  return file === undefined
    ? name
    : relative(join(root, 'src'), file).slice(0, -'.ts'.length).split(sep).join('-');
}

/** The packages of which any code is in the bundle, and their licences. */
function notices(root, output) {
  const packages = new Map();
  for (const [id, module] of output.flatMap((chunk) => Object.entries(chunk.modules))) {
    if (!id.includes(`${sep}node_modules${sep}`) || module.renderedLength === 0) continue;
    const folder = packageFolder(id);
    const { name, version, license, repository } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    packages.set(`${name}@${version}`, { folder, license, url: repository?.url ?? repository });
  }
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = sorted.map(([name, { folder, license, url }]) => {
    const text = licenceText(folder) ?? `(${relative(root, folder)} has no licence file)`;
    return `${name}\n${license}${url === undefined ? '' : `\n${url}`}\n\n${text.replaceAll('\r\n', '\n').trim()}\n`;
  });
  return `The files of this folder hold code of these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

function packageFolder(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    // Some packages have a nameless package.json in a folder of theirs, to say which kind of module it holds.
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name !== undefined) return folder;
  }
}

function licenceText(folder) {
  const names = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license', 'license.md', 'License.md'];
  const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  return found === undefined ? undefined : readFileSync(found, 'utf8');
}
