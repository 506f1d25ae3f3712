import { expect, test } from '@jest/globals';
import { ImageRunner } from '../../../src/engines/stored/image-runner.ts';
import type { StoredLayout } from '../../../src/engines/stored/stored-layout.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { parsePlatform } from '../../../src/platform/platform.ts';
import { imageId, scripted, testOptions } from '../support/scripted.ts';

const platform = parsePlatform('linux/amd64');
const dockerVersion = JSON.stringify({
  Server: { Version: '26.1.5', Os: 'linux', Arch: 'amd64', Components: [{ Name: 'Engine' }] },
});

function layout(): StoredLayout {
  const bytes = Buffer.from('{}');
  const config = { mediaType: mediaTypes.ociConfig, digest: digestOf(bytes), size: bytes.length };
  const manifest = { bytes, digest: digestOf(bytes), mediaType: mediaTypes.ociManifest };
  return {
    top: manifest,
    children: [],
    blobs: [],
    runnable: {
      manifest,
      image: { kind: 'image', config, layers: [] } as never,
      config: {} as never,
    },
  };
}

test('an image that was loaded as another one is removed again', async () => {
  const script = scripted((line) => {
    if (line.startsWith('docker version')) return { stdout: dockerVersion };
    return line.startsWith('docker image inspect --format {{.Id}}') ? { stdout: imageId } : undefined;
  });
  const runner = await ImageRunner.find(platform, testOptions({ exec: script.exec }));
  const run = runner.run(layout(), { command: 'true', platform, timeoutMs: 1000 });
  await expect(run).rejects.toMatchObject({
    code: 'E_ENGINE',
    message: expect.stringContaining('loaded another image'),
  });
  const name = /docker image inspect --format \{\{\.Id\}\} (localhost\/\S+)/u.exec(
    script.lines().join('\n'),
  )?.[1];
  expect(script.lines().at(-1)).toBe(`docker image rm ${name ?? ''}`);
  await runner.close();
});
