import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/oci/digest.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { labels } from './support/refusal.ts';
import {
  addLegs,
  four,
  path,
  recordOf,
  runInspect,
  runMerge,
  runVerify,
  textOutput,
  withRegistry,
  writes,
} from './support/scene.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'output-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

interface IndexJson {
  readonly manifests: readonly { digest: string; annotations?: Record<string, string> }[];
}

function indexJson(folder: string): IndexJson {
  return JSON.parse(readFileSync(join(cwd, folder, 'index.json'), 'utf8')) as IndexJson;
}

describe('output', () => {
  test('writes a layout under each tag, that can be verified, inspected and published from', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      registry.clearRequests();
      const { result } = await runMerge(registry, { output: 'out', tags: 'v1, latest' }, { cwd });
      expect(writes(registry)).toEqual([]);
      expect(indexJson('out').manifests.map(({ annotations }) => Object.values(annotations ?? {}))).toEqual([
        ['v1'],
        ['latest'],
      ]);
      expect(result.outputs['references']).toEqual(['oci:out:v1', 'oci:out:latest']);

      const references = `oci:${cwd}/out:v1`;
      const verified = await runVerify(registry, { references, platforms: four.join(), check: 'full' });
      expect(verified.result.outputs['digest']).toBe(result.outputs['digest']);
      expect((await runInspect(registry, { references })).text).toContain('linux/s390x');

      await runMerge(
        registry,
        { records: references, tags: 'v2', images: `${registry.host}/other/app` },
        { push: [`${registry.host}/other/app`] },
      );
      expect(registry.manifest('other/app', 'v2')?.digest).toBe(result.outputs['digest']);
    });
  });

  test('a second time writes the same folder, and needs neither images nor a registry', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry);
      const records = Object.values(legs)
        .map((each) => recordOf(registry, each))
        .join('\n');
      await runMerge(registry, { output: 'legs', records, tags: 'all' }, { cwd });
      registry.clearRequests();
      const inputs = { images: '', records: `oci:${cwd}/legs`, output: 'oci:out' };
      await runMerge(registry, inputs, { cwd });
      const before = readFileSync(join(cwd, 'out/index.json'), 'utf8');
      const { result } = await runMerge(registry, inputs, { cwd });
      expect(readFileSync(join(cwd, 'out/index.json'), 'utf8')).toBe(before);
      expect(result.outputs['report']).toMatchObject({ tags: [{ tag: 'oci:out:v1', state: 'kept' }] });
      expect(registry.requests).toHaveLength(0);
    });
  });

  test('without a tag lists the index without a name', async () => {
    await withRegistry({}, async (registry) => {
      const legs = addLegs(registry);
      const records = Object.values(legs)
        .map((each) => recordOf(registry, each))
        .join('\n');
      const { result } = await runMerge(registry, { output: 'out', tags: 'none', records }, { cwd });
      expect(indexJson('out').manifests).toMatchObject([{ digest: result.outputs['digest'] }]);
    });
  });

  test('into a file is the bytes of the list, and nothing else', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      registry.clearRequests();
      const { result } = await runMerge(registry, { output: './list.json' }, { cwd });
      const bytes = readFileSync(join(cwd, 'list.json'));
      expect(bytes.toString()).toBe(textOutput(result, 'index'));
      expect(digestOf(bytes)).toBe(result.outputs['digest']);
      expect(writes(registry)).toEqual([]);
    });
  });

  test('changes a list in a folder: append, and remove-platforms', async () => {
    await withRegistry({}, async (registry) => {
      const amd64 = buildImage({ labels });
      addToRegistry(registry, path, buildIndex([amd64, buildAttestation(amd64)]), 'rc');
      addLegs(registry, ['linux/s390x']);
      const app = `${registry.host}/${path}`;
      const inputs = { images: '', output: 'out' };
      await runMerge(registry, { ...inputs, platforms: 'linux/amd64', records: `${app}:rc` }, { cwd });
      const more = { platforms: 'linux/s390x', append: 'true', records: `${app}:v1-s390x` };
      const { result } = await runMerge(registry, { ...inputs, ...more }, { cwd });
      expect(result.outputs['platforms']).toEqual(['linux/amd64', 'linux/s390x']);
      const less = { platforms: 'linux/s390x', 'remove-platforms': 'linux/amd64' };
      const { result: rest } = await runMerge(registry, { ...inputs, ...less }, { cwd });
      expect(rest.outputs['platforms']).toEqual(['linux/s390x']);
    });
  });

  test('is refused where nothing says where the legs are, and for a folder of other things', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const nowhere = await rejection(runMerge(registry, { images: '', output: 'out' }, { cwd }));
      expect(nowhere.message).toContain('neither images nor records');
      writeFileSync(join(cwd, 'precious'), '');
      const error = await rejection(runMerge(registry, { output: '.' }, { cwd }));
      expect(error.code).toBe('E_INPUT');
      expect(error.message).toContain('other things');
    });
  });
});

describe('dry-run', () => {
  test('prints the exact bytes, what each tag holds, and every write in its order', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const old = buildIndex([buildImage({ labels })]);
      addToRegistry(registry, path, old, 'latest');
      addToRegistry(registry, path, old, 'v1');
      registry.clearRequests();
      const inputs = { tags: 'latest, v1.2, v1', force: 'true', 'arch-tag': 'v1-{arch}' };
      const { result } = await runMerge(registry, { ...inputs, 'dry-run': 'true' });
      expect(writes(registry)).toEqual([]);
      const { digest } = result.outputs;
      const app = `${registry.host}/${path}`;
      expect(result.outputs['report']).toMatchObject({
        published: false,
        planned: [
          { does: 'put', to: app, digest },
          { does: 'tag', to: `${app}:v1`, before: old.manifest.digest },
          { does: 'tag', to: `${app}:v1.2`, before: null },
          { does: 'tag', to: `${app}:latest`, before: old.manifest.digest },
        ],
        tags: [
          { tag: `${app}:latest`, before: old.manifest.digest, state: 'planned' },
          { tag: `${app}:v1.2`, before: null },
          { tag: `${app}:v1`, before: old.manifest.digest },
        ],
      });
      expect(result.text).toContain(textOutput(result, 'index'));
      expect(result.text).toContain(`2. tag ${app}:v1, which holds ${old.manifest.digest}`);
      await runMerge(registry, inputs);
      expect(textOutput(result, 'index')).toBe(
        Buffer.from(registry.manifest(path, 'v1')?.bytes ?? []).toString(),
      );
      const again = await runMerge(registry, { ...inputs, 'dry-run': 'true' });
      expect(again.result.text).toContain('Nothing would be written');
    });
  });

  test('by digest alone says nothing of what stands there', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, ['linux/amd64']);
      const app = `${registry.host}/${path}`;
      const inputs = { platforms: 'linux/amd64', tags: 'none', records: `${app}:v1-amd64` };
      const before = await runMerge(registry, { ...inputs, 'dry-run': 'true' });
      expect(before.result.outputs['report']).toMatchObject({ planned: [{ does: 'put', to: app }] });
      await runMerge(registry, inputs);
      const after = await runMerge(registry, { ...inputs, 'dry-run': 'true' });
      expect(after.result.outputs['report']).toMatchObject({ planned: [] });
    });
  });

  test('names what would be copied, and writes no folder', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, ['linux/amd64']);
      const inputs = { platforms: 'linux/amd64', output: 'out', 'dry-run': 'true' };
      const { result } = await runMerge(registry, inputs, { cwd });
      const { planned } = result.outputs['report'] as { planned: readonly { does: string; to: string }[] };
      expect(planned.map(({ does, to }) => `${does} ${to}`)).toEqual([
        'copy oci:out',
        'put oci:out',
        'tag oci:out:v1',
      ]);
      expect(existsSync(join(cwd, 'out'))).toBe(false);
    });
  });
});

test('legs in layouts of their own make a list in a registry', async () => {
  await withRegistry({}, async (registry) => {
    const legs = addLegs(registry, ['linux/amd64', 'linux/s390x']);
    for (const [platform, leg] of Object.entries(legs)) {
      const name = platform.replace('/', '-');
      await runMerge(
        registry,
        {
          images: '',
          platforms: platform,
          records: `${registry.host}/${path}@${leg.manifest.digest}`,
          output: name,
        },
        { cwd },
      );
    }
    const images = `${registry.host}/other/app`;
    const records = Object.keys(legs).map(
      (platform) => `${platform}=oci:${cwd}/${platform.replace('/', '-')}`,
    );
    await runMerge(
      registry,
      { images, platforms: Object.keys(legs).join(), records: records.join('\n') },
      { push: [images] },
    );
    const manifest = registry.manifest('other/app', 'v1');
    expect(JSON.parse(Buffer.from(manifest?.bytes ?? []).toString())).toMatchObject({
      manifests: Object.values(legs).map(({ manifest: { digest } }) => ({ digest })),
    });
  });
});
