// Writes dist/, action.yml and docs/inputs.md. What is in dist/ and not made here is deleted.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bundle } from './bundle.js';
import { documents } from './documents.js';

const root = resolve(import.meta.dirname, '..');

const files = await bundle(root);
rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const [name, text] of files) write(join('dist', name), text);
chmodSync(join(root, 'dist/cli.js'), 0o755);
for (const [path, text] of await documents(root)) write(path, text);

function write(path, text) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
