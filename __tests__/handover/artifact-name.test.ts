import { describe, expect, test } from '@jest/globals';
import { artifactName, parseArtifactName } from '../../src/handover/artifact-name.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';

const list = { image: parseRepository('quay.io/acme/app'), tag: 'v1' };
const forbidden = /["/:<>|*?\\\r\n]/;

describe('the name of an artifact that holds a record', () => {
  test.each([
    ['linux/ppc64le', 1, 1, 'linux-ppc64le.1'],
    ['linux/arm/v7', 12, 3, 'linux-arm-v7.12-3'],
    ['windows(10.0.20348.1726)/amd64', 2, 1, 'windows-10.0.20348.1726-amd64.2'],
  ])('%s, attempt %d, try %d', (platform, attempt, upload, end) => {
    const name = artifactName(list, parsePlatform(platform), attempt, upload);
    expect(name).toMatch(/^native-multiarch\.[0-9a-f]{12}\./);
    expect(name.slice('native-multiarch.0123456789ab.'.length)).toBe(end);
    expect(name).not.toMatch(forbidden);
    expect(parseArtifactName(list, name)).toEqual({
      platform: end.replace(/\.\d+(?:-\d)?$/, ''),
      attempt,
      upload,
    });
  });

  test('two images, two tags and two platforms never share one', () => {
    const lists = [
      list,
      { ...list, tag: 'v1-debug' },
      { ...list, image: parseRepository('quay.io/acme/other') },
      { ...list, image: parseRepository('ghcr.io/acme/app') },
    ];
    const names = lists.flatMap((each) =>
      ['linux/arm/v6', 'linux/arm/v7', 'linux/amd64'].map((one) => artifactName(each, parsePlatform(one), 1)),
    );
    expect(new Set(names).size).toBe(12);
    expect(names.filter((name) => parseArtifactName(list, name) !== undefined)).toHaveLength(3);
  });

  test.each(['', 'digests-linux-amd64', 'native-multiarch.0123456789ab.linux-amd64.1', 'dist.zip'])(
    'another artifact is not one: %j',
    (name) => {
      expect(parseArtifactName(list, name)).toBeUndefined();
    },
  );

  test.each(['.linux-amd64.0', '.linux-amd64', '.linux-amd64.1-1', '.a b.1', '.linux-amd64.1.', '.../x.1'])(
    'nor one whose end is not as ours: %s',
    (end) => {
      const start = artifactName(list, parsePlatform('linux/amd64'), 1).slice(0, -'.linux-amd64.1'.length);
      expect(parseArtifactName(list, `${start}${end}`)).toBeUndefined();
    },
  );
});
