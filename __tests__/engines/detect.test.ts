import { describe, expect, test } from '@jest/globals';
import { chooseEngine } from '../../src/engines/detect.ts';
import { findTool, findTools } from '../../src/engines/process/tools.ts';
import { pathWith, recordingLog, scripted, temporaryFolder, testOptions } from './support/scripted.ts';

const down = {
  code: 1,
  stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
};
const podman = { stdout: '{"host":{"arch":"s390x","os":"linux"},"version":{"Version":"4.9.3"}}' };

describe('engine auto', () => {
  test('is the first that answers; the others are passed over with the reason', async () => {
    const { log, lines } = recordingLog();
    const { exec } = scripted((line) => (line.startsWith('docker') ? down : podman));
    const engine = await chooseEngine('auto', testOptions({ exec, log }));
    expect(engine.name).toBe('podman');
    expect((await engine.host()).platform.architecture).toBe('s390x');
    expect(lines.join('\n')).toContain(
      'engine docker is passed over: E_ENGINE: the Docker daemon does not answer',
    );
    expect(lines.join('\n')).toContain('engine auto is podman 4.9.3');
  });

  test('none on PATH is E_ENGINE_MISSING', async () => {
    const options = testOptions({ env: { PATH: pathWith('other') }, exec: scripted(() => undefined).exec });
    await expect(chooseEngine('auto', options)).rejects.toMatchObject({
      code: 'E_ENGINE_MISSING',
      hint: expect.stringContaining('assemble'),
    });
  });

  test('where those that are there do not work, each reason is told', async () => {
    const options = testOptions({
      env: { PATH: pathWith('docker', 'podman') },
      exec: scripted((line) =>
        line.startsWith('docker')
          ? down
          : { code: 125, stderr: 'Error: no subuid ranges found for user "ci" in /etc/subuid' },
      ).exec,
    });
    await expect(chooseEngine('auto', options)).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringMatching(/Docker daemon does not answer.*podman has no range of user ids/s),
    });
  });

  test('an engine that was named is not replaced', async () => {
    const { exec } = scripted((line) => (line.startsWith('docker') ? down : podman));
    await expect(chooseEngine('docker', testOptions({ exec }))).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  test('assemble needs nothing', async () => {
    const engine = await chooseEngine('assemble', testOptions({ env: {} }));
    expect((await engine.host()).label).toBe('assemble');
  });
});

describe('looking for a tool', () => {
  test('relative and empty entries of PATH are passed over, and so is what can not be run', async () => {
    const real = pathWith('docker');
    const plain = temporaryFolder({ docker: 'not a program' });
    expect(await findTool('docker', `:.:bin:${plain}:${real}`)).toBe(`${real}/docker`);
    expect(await findTool('docker', `${plain}:`)).toBeUndefined();
    expect(await findTool('docker', undefined)).toBeUndefined();
  });

  test('one that is reached twice counts once', async () => {
    const one = pathWith('docker');
    const two = pathWith('docker');
    expect(await findTools('docker', `${one}:${two}:${one}`)).toEqual([`${one}/docker`, `${two}/docker`]);
  });
});
