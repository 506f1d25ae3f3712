import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { rolldown } from 'rolldown';

/**
 * The files that are written from the tables of inputs, outputs and engines, by path from the project's folder.
 * @param {string} root the project's folder
 * @returns {Promise<Map<string, string>>}
 */
export async function documents(root) {
  const { description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { actionYaml, inputsMarkdown } = await load(root, 'src/inputs/documents.ts');
  const { enginesMarkdown } = await load(root, 'src/engines/documents.ts');
  const texts = {
    'action.yml': actionYaml(description),
    'docs/inputs.md': inputsMarkdown(),
    'docs/engines.md': enginesMarkdown(),
  };
  const files = new Map();
  for (const [path, text] of Object.entries(texts)) {
    const filepath = join(root, path);
    files.set(path, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  }
  return files;
}

/** A TypeScript module, bundled into a folder of its own: not every Node that builds can load it as it stands. */
async function load(root, input) {
  const dir = mkdtempSync(join(tmpdir(), 'documents-'));
  try {
    const build = await rolldown({ cwd: root, input: { module: input }, platform: 'node' });
    await build.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
    await build.close();
    return await import(pathToFileURL(join(dir, 'module.mjs')).href);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
