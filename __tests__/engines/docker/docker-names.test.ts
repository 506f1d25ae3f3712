import { describe, expect, test } from '@jest/globals';
import { DockerEngine } from '../../../src/engines/docker/docker.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { imageId, recordingLog, scripted, testOptions, type Scripted } from '../support/scripted.ts';

const target = 'registry.test/acme/app:v1-amd64';
const reference = parseReference(target);
const theirs = `sha256:${'cd'.repeat(32)}`;
const refused = { code: 1, stderr: 'Error response from daemon: read-only file system' };

interface Docker extends Scripted {
  readonly engine: DockerEngine;
  readonly log: readonly string[];
}

function docker(
  answer: (line: string) => { code?: number; stdout?: string; stderr?: string } | undefined,
): Docker {
  const script = scripted(answer);
  const { log, lines } = recordingLog();
  return { ...script, engine: new DockerEngine(testOptions({ exec: script.exec, log })), log: lines };
}

describe('an image that Docker has already', () => {
  const unnamed = (line: string): { stdout: string } | undefined => {
    if (line.includes('{{.Id}}')) return { stdout: imageId };
    return line.includes('{{len .RepoTags}}') ? { stdout: '0\n' } : undefined;
  };

  test('gets a name where it has none, so that it does not go with the one it is pushed by', async () => {
    const { engine, calls, log } = docker(unnamed);
    const own = 'localhost/native-multiarch-adopted:abababababab';
    expect(await engine.adopt('abab')).toEqual({ engine: 'docker', id: imageId, name: 'abab' });
    expect(calls.at(-1)?.args).toEqual(['image', 'tag', imageId, own]);
    expect(log).toContain(`info: abab had no name, and keeps the one that it got now: ${own}`);
  });

  test.each(['image tag', 'len .RepoTags'])('is not adopted where Docker refuses "%s"', async (words) => {
    const { engine } = docker((line) => (line.includes(words) ? refused : unnamed(line)));
    await expect(engine.adopt('abab')).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('read-only file system'),
    });
  });
});

test('a pushed name that can not be given back is told', async () => {
  let holder = theirs;
  const { engine, log } = docker((line) => {
    if (line === `docker image tag ${theirs} ${target}`) return refused;
    if (line.startsWith('docker image tag')) holder = line.split(' ')[3] ?? '';
    return line.includes('{{.Id}}') ? { stdout: holder } : undefined;
  });
  const image = { engine: 'docker', id: imageId, name: 'localhost/native-multiarch:1' } as const;
  await engine.push(image, reference);
  expect(log).toContain(
    `warning: the local name ${target} stays on the image that was pushed (it named ${theirs} before): Error response from daemon: read-only file system`,
  );
});
