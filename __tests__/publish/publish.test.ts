import { describe, expect, test } from '@jest/globals';
import { publish } from '../../src/publish/publish.ts';
import { readHeld } from '../../src/publish/held.ts';
import { rejection } from '../support/failure.ts';
import { heldTag, indexOf, patience, refusal, repository, SmallRegistry } from './verbs.ts';

const [old, other, index] = [
  indexOf({ version: '1.0.0' }),
  indexOf({ version: '0.9.0' }),
  indexOf({ version: '1.1.0' }),
];

/** v1 exists, v1.1.0 is new, latest moves: each of its own stage. */
function threeStages(): { registry: SmallRegistry; tags: ReturnType<typeof heldTag>[] } {
  const registry = new SmallRegistry();
  registry.refs.set('v1', old).set('latest', old);
  return { registry, tags: [heldTag('latest', old, true), heldTag('v1.1.0', undefined), heldTag('v1', old)] };
}

describe('publishing', () => {
  test('goes by digest, read-back, tags that exist, new tags, moving tags, read-backs', async () => {
    const { registry, tags } = threeStages();
    const outcome = await publish(registry, index, [repository], tags, patience().deps);
    expect(registry.calls).toEqual([
      ...['PUT <digest>', 'GET <digest>', 'PUT v1', 'PUT v1.1.0', 'PUT latest'],
      ...['GET latest', 'GET v1.1.0', 'GET v1'],
    ]);
    expect(outcome.map(({ tag, state }) => `${tag} ${state}`)).toEqual([
      'latest moved',
      'v1.1.0 created',
      'v1 moved',
    ]);
  });

  test('writes nothing where everything stands already', async () => {
    const registry = new SmallRegistry();
    registry.refs.set('v1', index).set('latest', index).set(index.digest, index);
    const tags = [heldTag('v1', index), heldTag('latest', index, true)];
    const outcome = await publish(registry, index, [repository], tags, patience().deps);
    expect(registry.calls).toEqual(['GET <digest>', 'GET v1', 'GET latest']);
    expect(outcome.every(({ state }) => state === 'kept')).toBe(true);
  });

  test('without tags asks first, and pushes by digest', async () => {
    const registry = new SmallRegistry();
    expect(await publish(registry, index, [repository], [], patience().deps)).toEqual([]);
    expect(registry.calls).toEqual(['HEAD <digest>', 'PUT <digest>', 'GET <digest>']);
    registry.calls.length = 0;
    await publish(registry, index, [repository], [], patience().deps);
    expect(registry.calls).toEqual(['HEAD <digest>', 'GET <digest>']);
  });

  test('touches no tag when the index is refused', async () => {
    const { registry, tags } = threeStages();
    registry.before = ([verb]) => {
      if (verb === 'PUT') throw refusal('E_DENIED');
    };
    expect((await rejection(publish(registry, index, [repository], tags, patience().deps))).code).toBe(
      'E_DENIED',
    );
    expect(registry.calls).toEqual(['PUT <digest>']);
  });

  test('touches no tag when the index never shows', async () => {
    const { registry, tags } = threeStages();
    registry.before = () => void registry.refs.delete(index.digest);
    const { slept, deps } = patience();
    expect((await rejection(publish(registry, index, [repository], tags, deps))).code).toBe('E_NOT_FOUND');
    expect(registry.calls.filter((call) => call.startsWith('PUT'))).toEqual(['PUT <digest>']);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(300_000);
  });
});

describe('one of three tags', () => {
  test('is refused: the others are tried, and the error says what stands where and how to go back', async () => {
    const { registry, tags } = threeStages();
    registry.before = ([verb, ref]) => {
      if (verb === 'PUT' && ref === 'v1') throw refusal('E_DENIED');
    };
    const error = await rejection(publish(registry, index, [repository], tags, patience().deps));
    expect(error.code).toBe('E_PUBLISH');
    expect(error.message).toMatch(/^2 of 3 tags were put at /);
    expect(error.message).toContain(`; not put there: quay.io/acme/app:v1 held ${old.digest}: E_DENIED`);
    // A list without platforms is none that ours would publish.
    expect(error.message).toContain(`(crane tag quay.io/acme/app@${old.digest} latest restores it)`);
    expect(error.message).toContain('quay.io/acme/app:v1.1.0 is new');
    expect([registry.refs.get('v1'), registry.refs.get('latest'), registry.refs.get('v1.1.0')]).toEqual([
      old,
      index,
      index,
    ]);
  });

  test('is refused, and yet it stands: then it stands', async () => {
    const { registry, tags } = threeStages();
    registry.before = ([verb, ref]) => {
      if (verb !== 'PUT' || ref !== 'v1') return;
      registry.refs.set('v1', index);
      throw refusal('E_TIMEOUT');
    };
    const outcome = await publish(registry, index, [repository], tags, patience().deps);
    expect(outcome.map(({ state }) => state)).toEqual(['moved', 'created', 'moved']);
  });

  test('can not be read back: nobody is told that no tag changed', async () => {
    const { registry } = threeStages();
    registry.before = ([verb, ref]) => {
      if (verb === 'GET' && ref === 'v1') throw refusal('E_NETWORK');
    };
    const error = await rejection(
      publish(registry, index, [repository], [heldTag('v1', old)], patience().deps),
    );
    expect(error.code).toBe('E_PUBLISH');
    expect(error.message).toMatch(
      new RegExp(
        `^1 of 1 tags was put at ${index.digest} \\(quay.io/acme/app:v1 held ${old.digest} \\(crane tag .*, and reads back wrong: E_NETWORK: [^)]*\\)$`,
      ),
    );
  });

  test('is moved by somebody else between write and read-back', async () => {
    const { registry, tags } = threeStages();
    registry.before = ([verb, ref]) => {
      if (verb === 'GET' && ref === 'v1') registry.refs.set('v1', other);
    };
    const error = await rejection(publish(registry, index, [repository], tags, patience().deps));
    expect(error).toMatchObject({ code: 'E_TAG_MOVED' });
    expect(error.message).toContain(other.digest);
    expect(registry.refs.get('latest')).toBe(index);
  });

  test('that held the index is moved away before the read-back', async () => {
    const registry = new SmallRegistry();
    registry.refs.set('v1', other).set(index.digest, index);
    const { slept, deps } = patience();
    const error = await rejection(publish(registry, index, [repository], [heldTag('v1', index)], deps));
    expect([error.code, slept]).toEqual(['E_TAG_MOVED', []]);
  });
});

describe('all tags', () => {
  test('are refused: what the registry said, and no word of a half-done publication', async () => {
    const { registry, tags } = threeStages();
    registry.before = ([verb, ref]) => {
      if (verb === 'PUT' && !ref.startsWith('sha256:')) throw refusal('E_DENIED');
    };
    expect((await rejection(publish(registry, index, [repository], tags, patience().deps))).code).toBe(
      'E_DENIED',
    );
    expect(registry.refs.get('v1')).toBe(old);
  });

  test('an immutable one with another digest is E_TAG_IMMUTABLE; with ours it is success', async () => {
    for (const [held, code] of [
      [old, 'E_TAG_IMMUTABLE'],
      [index, undefined],
    ] as const) {
      const registry = new SmallRegistry();
      registry.refs.set('v1', held).set(index.digest, index);
      registry.before = ([verb, ref]) => {
        if (verb === 'PUT' && ref === 'v1') throw refusal('E_TAG_IMMUTABLE');
      };
      // What was read before anything was written may have been from a moment ago.
      const work = publish(registry, index, [repository], [heldTag('v1', old)], patience().deps);
      if (code === undefined) await expect(work).resolves.toHaveLength(1);
      else expect((await rejection(work)).code).toBe(code);
    }
  });
});

describe('a registry that lags', () => {
  test('is waited for after our own writes, longer each time', async () => {
    const { registry, tags } = threeStages();
    registry.before = ([verb, ref], count) => {
      if (verb === 'GET' && ref === 'v1') registry.refs.set('v1', count < 4 ? old : index);
    };
    const { slept, deps } = patience();
    await publish(registry, index, [repository], tags, deps);
    expect(slept).toEqual([500, 1000, 2000]);
  });

  test('is not waited for longer than five minutes', async () => {
    const registry = new SmallRegistry();
    registry.refs.set('v1', old);
    registry.before = ([verb, ref]) => {
      if (verb === 'GET' && ref === 'v1') registry.refs.set('v1', old);
    };
    const { slept, deps } = patience();
    const error = await rejection(publish(registry, index, [repository], [heldTag('v1', old)], deps));
    expect(error.code).toBe('E_TAG_MOVED');
    expect(error.hint).toMatch(/^that is what it held before/);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(300_000);
    expect(Math.max(...slept)).toBe(30_000);
  });
});

describe('what tags hold before', () => {
  test('is asked with HEAD, of moving ones with GET, since the manifest says of which commit it is', async () => {
    const { registry, tags } = threeStages();
    const held = await readHeld(registry, tags);
    expect(registry.calls).toEqual(['GET latest', 'HEAD v1.1.0', 'HEAD v1']);
    expect(held.map((tag) => tag.held)).toEqual([old.digest, undefined, old.digest]);
    expect(held[0]?.manifest).toBe(old);
  });

  test('is read where HEAD does not tell the digest', async () => {
    const { registry, tags } = threeStages();
    registry.headTells = false;
    expect((await readHeld(registry, tags)).map((tag) => tag.held)).toEqual([
      old.digest,
      undefined,
      old.digest,
    ]);
  });
});
