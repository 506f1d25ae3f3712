import { CodedError, quote } from '../errors.ts';
import { parsePlatform, type Platform } from '../platform/platform.ts';
import type { Kind } from './definition.ts';
import { eachItem, lines, unreadable } from './kinds.ts';

/** One annotation, and where it belongs. */
export interface AnnotationInput {
  readonly key: string;
  readonly value: string;
  /** On the index; or on the descriptor of one platform, or of every one where `platform` is not set. */
  readonly on: 'index' | 'descriptor';
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
  parse: async (values) => eachItem(await lines.parse(values), readAnnotation, 1000),
};

const form =
  /^(?:(?<levels>(?:index-descriptor|index|manifest-descriptor|manifest)(?:,(?:index-descriptor|index|manifest-descriptor|manifest))*)(?:\[(?<platform>[^\]]*)\])?:)?(?<key>[^=]+)=(?<value>.*)$/su;

function readAnnotation(line: string): AnnotationInput {
  const groups = form.exec(line)?.groups;
  const key = groups?.['key']?.trim() ?? '';
  if (groups === undefined || key === '') {
    throw unreadable(`${quote(line)} is not key=value`, 'write one key=value a line');
  }
  const { levels = 'index', platform, value = '' } = groups;
  const common = { key, value, ...(platform !== undefined && { platform: parsePlatform(platform) }) };
  const level = levels.split(',');
  if (level.includes('index') && platform === undefined)
    return { ...common, on: 'index', fromManifest: false };
  if (level.includes('manifest-descriptor')) return { ...common, on: 'descriptor', fromManifest: false };
  if (levels === 'manifest' && platform === undefined) return { ...common, on: 'index', fromManifest: true };
  throw new CodedError('E_UNSUPPORTED', `${quote(line)} is for a level that a merge can't reach`, {
    hint: `write ${quote(`index:${key}=${value}`)} or manifest-descriptor[linux/amd64]:`,
  });
}
