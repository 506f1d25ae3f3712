import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const entries = { index: 'src/action/main.ts', post: 'src/action/post.ts', cli: 'src/cli/main.ts' };

/** @actions/core brings an HTTP client along for OIDC tokens, which nobody here asks for: half a megabyte, and 40 ms of each start. */
const unusedHttp = /[\\/]node_modules[\\/](?:undici|tunnel|@actions[\\/]http-client)[\\/]/;

/**
 * What @actions/artifact brings along for what is not asked of it: unpacking what it downloads, and a way through proxies for
 * an API that it is not used for. undici compiles WebAssembly as soon as it is loaded, and what unzip-stream stands on has no licence.
 */
const unreached = new Map([
  ['undici', ['ProxyAgent', 'fetch']],
  ['unzip-stream', ['Extract']],
  // Taken where it happens to be installed, so that the bundle would depend on what the folder holds besides.
  ['supports-color', []],
]);

/** In the place of such a package a module that says what happened, should anybody reach it. */
const withoutUnreached = {
  name: 'without-unreached',
  resolveId: (id) => (unreached.has(id) ? `\0unreached:${id}` : undefined),
  load: (id) => {
    if (!id.startsWith('\0unreached:')) return undefined;
    const name = id.slice('\0unreached:'.length);
    const stub = `function unreached() { throw new Error(${JSON.stringify(`${name} is not in this bundle`)}); }`;
    return `${stub}\n${unreached
      .get(name)
      .map((one) => `export { unreached as ${one} };`)
      .join('\n')}\nexport default { ${unreached.get(name).map((one) => `${one}: unreached`)} };`;
  },
};

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
    plugins: [withoutUnreached],
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
    const { name, version, license, repository, author } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    packages.set(`${name}@${version}`, {
      folder,
      license,
      url: repository?.url ?? repository,
      author: author?.name ?? author,
    });
  }
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = sorted.map(([name, { folder, license, url, author }]) => {
    const text = licenceText(folder) ?? standardText(license, author) ?? `(${name} has no licence file)`;
    return `${name}\n${license}${url === undefined ? '' : `\n${url}`}\n\n${text.replaceAll('\r\n', '\n').trim()}\n`;
  });
  return `The files of this folder hold code of these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** Within it, some packages have further package.json, to say which kind of module a folder holds. */
function packageFolder(file) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)[0];
}

/** Some packages say MIT, and that is all they say. */
function standardText(license, author) {
  if (license !== 'MIT' || author === undefined) return undefined;
  return `MIT License

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}

function licenceText(folder) {
  const name = readdirSync(folder).find((each) => /^licen[cs]e(?:[.-].*)?$/i.test(each));
  const found = name === undefined ? undefined : join(folder, name);
  return found === undefined ? undefined : readFileSync(found, 'utf8');
}
