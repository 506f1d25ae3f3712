import { describe, expect, test } from '@jest/globals';
import { formatPlatform, parsePlatform } from '../../src/platform/platform.ts';
import { candidates, inOrderOf, withoutRepeats, type Candidate } from '../../src/verify/candidates.ts';
import { buildImage, buildIndex } from '../support/images.ts';
import { sourceOf } from './support.ts';

const amd64 = buildImage();
const s390x = buildImage({ platform: 'linux/s390x' });
const both = buildIndex([amd64, s390x]);

async function shown(fixture: typeof amd64, claimed: string | undefined, index: 'leg' | 'pick' | 'all') {
  const claim = { origin: 'it', claimed: claimed === undefined ? undefined : parsePlatform(claimed), index };
  return candidates(claim, await sourceOf(fixture)).map(show);
}

function show(candidate: Candidate): string {
  const own = candidate.claimed === undefined ? ' (own word)' : '';
  return `${formatPlatform(candidate.platform)}${own}`;
}

describe('which images of a source count', () => {
  test.each([
    ['an image nobody spoke for', amd64, undefined, 'all', ['linux/amd64 (own word)']],
    ['an image that is claimed', amd64, 'linux/amd64', 'leg', ['linux/amd64']],
    ['an image under a wrong claim, to be told as such', amd64, 'linux/s390x', 'leg', ['linux/s390x']],
    [
      'the one image of an index under a wrong claim',
      buildIndex([amd64]),
      'linux/s390x',
      'pick',
      ['linux/s390x'],
    ],
    [
      'each image of an index nobody spoke for',
      both,
      undefined,
      'all',
      ['linux/amd64 (own word)', 'linux/s390x (own word)'],
    ],
    ['the one that is picked', both, 'linux/s390x', 'pick', ['linux/s390x']],
    ['none, where the one that is picked is not there', both, 'linux/arm64', 'pick', []],
    [
      "everything in a leg's index, so that a second platform is seen",
      both,
      'linux/amd64',
      'leg',
      ['linux/amd64', 'linux/s390x (own word)'],
    ],
  ] as const)('%s', async (_, fixture, claimed, index, wanted) => {
    expect(await shown(fixture, claimed, index)).toEqual(wanted);
  });
});

test('the same image under one platform counts once, and the first is kept', async () => {
  const source = await sourceOf(buildIndex([amd64, amd64, s390x]));
  const [first, again, other] = candidates({ origin: 'it', claimed: undefined, index: 'all' }, source);
  if (first === undefined || again === undefined || other === undefined)
    throw new Error('three were expected');
  expect(withoutRepeats([first, { ...again, origin: 'again' }, other]).map(({ origin }) => origin)).toEqual([
    'it',
    'it',
  ]);
  // Under another platform it is another claim, which the config will refuse.
  expect(withoutRepeats([first, { ...again, platform: parsePlatform('linux/arm64') }])).toHaveLength(2);
});

test('entries stand in the order that was asked for', async () => {
  const found = candidates({ origin: 'it', claimed: undefined, index: 'all' }, await sourceOf(both));
  const order = (names: string[]) =>
    inOrderOf(names.map(parsePlatform), found).map(({ platform }) => platform.architecture);
  expect(order(['linux/s390x', 'linux/amd64'])).toEqual(['s390x', 'amd64']);
  expect(order(['linux/amd64', 'linux/s390x'])).toEqual(['amd64', 's390x']);
  expect(order(['linux/s390x'])).toEqual(['s390x', 'amd64']);
});
