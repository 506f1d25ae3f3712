import { expect } from '@jest/globals';
import type { CodedError } from '../../../src/errors.ts';
import type { FakeRegistry } from '../../support/fake-registry.ts';
import { rejection } from '../../support/failure.ts';
import { addToRegistry, buildImage, buildIndex, type Fixture } from '../../support/images.ts';
import { addLegs, bearer, path, recordOf, runMerge, sha, withRegistry, type RunOptions } from './scene.ts';

export type Legs = Record<string, Fixture>;

export interface Case {
  readonly inputs?: Record<string, string>;
  readonly options?: RunOptions;
}

/** What each image of a scene is labelled with. */
export const labels = { 'org.opencontainers.image.revision': sha };

/** What merge says of a scene; that no tag was changed and none was even tried is checked each time. */
export async function refusal(arrange: (registry: FakeRegistry, legs: Legs) => Case): Promise<CodedError> {
  let error: CodedError | undefined;
  await withRegistry({ auth: bearer }, async (registry) => {
    const legs = addLegs(registry);
    addToRegistry(registry, path, buildIndex([buildImage({ labels })]), 'v1');
    registry.setTag(path, 'latest', buildImage({ labels }).manifest.digest);
    const { inputs = {}, options = {} } = arrange(registry, legs);
    const before = registry.tags(path);
    error = await rejection(runMerge(registry, { tags: 'v1, latest', ...inputs }, options));
    expect(registry.tags(path)).toEqual(before);
    expect(registry.requestLines().filter((line) => /^PUT .*\/manifests\/(?!sha256:)/.test(line))).toEqual(
      [],
    );
  });
  if (error === undefined) throw new Error('merge said nothing');
  expect(error.hint).toBeDefined();
  expect(error.message).not.toContain('\n');
  return error;
}

export function leg(legs: Legs, platform: string): Fixture {
  const found = legs[platform];
  if (found === undefined) throw new Error(`there is no leg for ${platform}`);
  return found;
}

export function recordsOf(registry: FakeRegistry, legs: Legs): string[] {
  return Object.values(legs).map((each) => recordOf(registry, each));
}
