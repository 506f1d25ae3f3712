import { isMap, isScalar, isSeq } from 'yaml';
import { show, type CodedError } from '../errors.ts';
import {
  attempt,
  checkedRows,
  isYaml,
  noPlatform,
  parsePlatformList,
  placed,
  plainRow,
  type PlacedRow,
  type PlatformRow,
} from './platform-list.ts';
import { readRow, readRowEntries } from './platform-row.ts';
import { YamlField } from './yaml-field.ts';
import { readYaml } from './yaml.ts';

export type { PlatformRow, RunsOn } from './platform-list.ts';

/**
 * The table of platforms, in any of its forms: a list at commas and newlines, where `?` marks what may be missing and `#`
 * starts a comment; a YAML or JSON list of platforms and rows; a YAML or JSON map from platforms to labels or rows.
 * Everything that is wrong is told at once, with line and column.
 * @throws E_PLATFORM for what is no platform and where there is none, E_PLATFORM_DUPLICATE for two that are equal once
 * normalised, E_INPUT for the rest.
 */
export function parsePlatforms(given: string): PlatformRow[] {
  if (!isYaml(given)) return parsePlatformList(given);
  const text = given.replace(/^\ufeff/, '');
  const errors: CodedError[] = [];
  return checkedRows(readYamlRows(text, errors), errors);
}

function readYamlRows(text: string, errors: CodedError[]): PlacedRow[] {
  const source = readYaml(text);
  const root = new YamlField(source.root, 'the table', source);
  if (root.isNull) throw noPlatform();
  if (isMap(root.node)) return readMap(root, errors);
  if (!isSeq(root.node))
    throw root.error('is neither a list nor a map', 'write linux/amd64, linux/arm64, for example');
  return root.items().flatMap((item) => readItem(item, errors));
}

function readMap(map: YamlField, errors: CodedError[]): PlacedRow[] {
  return map
    .entries()
    .flatMap(({ key, keyField, value }) =>
      collect(errors, () =>
        placed(key, keyField.place, (platform, optional) =>
          readRow(platform, optional, value.named(show(key)), errors),
        ),
      ),
    );
}

/** A platform's name, a map from one to its row, or a row that names its `platform`. */
function readItem(item: YamlField, errors: CodedError[]): PlacedRow[] {
  if (isScalar(item.node) && !item.isNull) {
    return collect(errors, () => placed(item.string().trim(), item.place, plainRow));
  }
  if (!isMap(item.node)) {
    errors.push(
      item.error('is neither a platform nor a row', 'write linux/amd64, or platform: linux/amd64 and more'),
    );
    return [];
  }
  if (!item.entries().some(({ key }) => key === 'platform')) return readMap(item, errors);
  return collect(errors, () => {
    const entries = item.uniqueEntries();
    const { value } = entries.find(({ key }) => key === 'platform') ?? { value: item };
    const others = entries.filter(({ key }) => key !== 'platform');
    return placed(value.string().trim(), value.place, (platform, optional) =>
      readRowEntries(platform, optional, others, errors),
    );
  });
}

/** What `read` returns, in a list; nothing, and its error with the others, where it throws. */
function collect<T>(errors: CodedError[], read: () => T): T[] {
  const found: T[] = [];
  attempt(errors, () => void found.push(read()));
  return found;
}
