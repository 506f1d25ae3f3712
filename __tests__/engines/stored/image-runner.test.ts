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

test('an image that is asked for while another leg writes to the store is asked for again', async () => {
  const { digest } = layout().top;
  let asked = 0;
  const script = scripted((line) => {
    if (line.startsWith('docker version')) return { stdout: dockerVersion };
    if (!line.startsWith('docker image inspect --format {{.Id}}')) return undefined;
    asked += 1;
    const stderr = `Error: locating item named "manifest" for image with ID "57e37bdd" (consider removing the image to resolve the issue): file does not exist\n`;
    return asked < 3 ? { code: 125, stderr } : { stdout: digest };
  });
  const waits: number[] = [];
  const sleep = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
  const runner = await ImageRunner.find(platform, testOptions({ exec: script.exec, sleep }));
  waits.length = 0;
  asked = 0;
  await runner.run(layout(), { command: 'true', platform, timeoutMs: 1000 });
  expect(waits).toEqual([200, 400]);
  await runner.close();
});
