import { quote } from '../errors.ts';
import { parsePlatform, type Platform } from '../platform/platform.ts';
import type { Kind } from './definition.ts';
import { eachItem, lines, quotedLines, unreadable } from './kinds.ts';

/** One annotation, and where it belongs. */
export interface AnnotationInput {
  readonly key: string;
  readonly value: string;
  /** In a list: on the index; on the descriptor of one platform, or of every one where `platform` is not set; or not in a list at all. */
  readonly on: 'index' | 'descriptor' | 'elsewhere';
  /** Whether a leg puts it on the manifest of its image: where no level is named, or `manifest` is. */
  readonly onImage: boolean;
  readonly platform?: Platform;
  /** It was meant for the manifests of the images (metadata-action's default), which merge does not change: tell so. */
  readonly fromManifest: boolean;
}

/**
 * Lines `[level[platform]:]key=value`, levels as docker/metadata-action and buildx write them.
 * https://docs.docker.com/build/metadata/annotations/#specify-annotation-level
 */
export const annotationList: Kind<readonly AnnotationInput[]> = {
  ...lines,
  syntax: 'lines of key=value',
  parse: async (values) => eachItem(await quotedLines.parse(values), readAnnotation, 1000),
};

const form =
  /^(?:(?<levels>(?:index-descriptor|index|manifest-descriptor|manifest)(?:,(?:index-descriptor|index|manifest-descriptor|manifest))*)(?:\[(?<platform>[^\]]*)\])?:)?(?<key>[^=]+)=(?<value>.*)$/su;

function readAnnotation(line: string): AnnotationInput {
  const groups = form.exec(line)?.groups;
  const key = groups?.['key']?.trim() ?? '';
  if (groups === undefined || key === '') {
    throw unreadable(`${quote(line)} is not key=value`, 'write one key=value a line');
  }
  const { levels = '', platform, value = '' } = groups;
  const level = levels === '' ? [] : levels.split(',');
  const common = {
    key,
    value,
    ...(platform !== undefined && { platform: parsePlatform(platform) }),
    onImage: level.length === 0 || level.includes('manifest'),
    fromManifest: false,
  };
  const everywhere = platform === undefined;
  if (everywhere && (level.length === 0 || level.includes('index'))) return { ...common, on: 'index' };
  if (level.includes('manifest-descriptor')) return { ...common, on: 'descriptor' };
  if (everywhere && levels === 'manifest') return { ...common, on: 'index', fromManifest: true };
  return { ...common, on: 'elsewhere' };
}
