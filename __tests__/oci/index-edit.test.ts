import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { digestOf } from '../../src/oci/digest.ts';
import { editIndex, entryTexts } from '../../src/oci/index-edit.ts';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';

function manifest(text: string): ManifestBytes {
  const bytes = Buffer.from(text);
  return { bytes, digest: digestOf(bytes), mediaType: mediaTypes.ociIndex };
}

function textOf({ bytes }: ManifestBytes): string {
  return Buffer.from(bytes).toString();
}

describe('an index that is edited', () => {
  test('gives every entry as it is written, whatever its strings and spaces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))),
        fc.constantFrom(undefined, 2, '\t'),
        fc.dictionary(
          fc.string().map((key) => `x-${key}`),
          fc.jsonValue({ maxDepth: 2 }),
        ),
        (entries, indent, rest) => {
          const text = JSON.stringify({ ...rest, manifests: entries, last: '"]}' }, undefined, indent);
          const found = entryTexts(manifest(text));
          expect(found.map((each) => JSON.parse(each) as unknown)).toEqual(
            JSON.parse(JSON.stringify(entries)),
          );
          for (const each of found) expect(text).toContain(each);
        },
      ),
    );
  });

  test('keeps what it does not know, to the byte', () => {
    const before = manifest(
      '{ "schemaVersion" : 2,"x":{"n": 1.50, "s":"\\u00e9"}, "manifests": [ {"a":1} ] }',
    );
    const after = editIndex(before, {
      mediaType: mediaTypes.ociIndex,
      entries: [...entryTexts(before), '{"b":2}'],
      annotations: undefined,
    });
    expect(textOf(after)).toBe(
      `{"schemaVersion":2,"mediaType":"${mediaTypes.ociIndex}","x":{"n": 1.50, "s":"\\u00e9"},"manifests":[{"a":1},{"b":2}]}`,
    );
    expect(after.digest).toBe(digestOf(after.bytes));
  });

  test('has its annotations in the place of the old ones, or at the end', () => {
    const edit = { mediaType: mediaTypes.ociIndex, entries: [], annotations: { b: '2', a: '1' } };
    expect(textOf(editIndex(manifest('{"annotations":{"z":"0"},"manifests":[]}'), edit))).toMatch(
      /^\{"annotations":\{"a":"1","b":"2"\},/,
    );
    expect(textOf(editIndex(manifest('{"manifests":null}'), edit))).toMatch(
      /,"annotations":\{"a":"1","b":"2"\}\}$/,
    );
  });
});
