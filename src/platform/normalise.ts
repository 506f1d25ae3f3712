import { CodedError, quote } from '../errors.ts';
import { architectureName, osName } from './architectures.ts';
import { canonicalVariant } from './variants.ts';

/**
 * A platform, normalised: lower case, canonical names, `arm64/v8` and `amd64/v1` without a variant, `arm` always with one.
 * https://github.com/opencontainers/image-spec/blob/main/image-index.md#platform-variants
 */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  /** Sorted, each once. */
  readonly osFeatures?: readonly string[];
}

/** A platform as somebody wrote it: a config, an index entry or a person. */
export interface RawPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  readonly osVersion?: string | undefined;
  readonly osFeatures?: readonly string[] | undefined;
}

/** `platform` of an index entry, as it stands in JSON. */
export interface PlatformJson {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
}

const word = /^[A-Za-z0-9_.-]{1,128}$/;

/** Versions and features are the operating system's own words (Windows has `10.0.17763.1`), so anything visible will do. */
const visible = /^[!-~]{1,128}$/;

/**
 * The same platform in canonical names. Says nothing of whether such a platform exists: what a config or an index
 * claims may be newer than this program.
 * @throws E_PLATFORM where os, architecture or variant isn't a word, or a version or feature isn't visible ASCII.
 */
export function normalisePlatform(raw: RawPlatform): Platform {
  const os = osName(checkWord('os', raw.os));
  const named = architectureName(checkWord('architecture', raw.architecture));
  if (raw.variant !== undefined && raw.variant !== '') checkWord('variant', raw.variant);
  const variant = canonicalVariant(named.architecture, named.variant ?? raw.variant);
  const osVersion = raw.osVersion === '' ? undefined : raw.osVersion;
  if (osVersion !== undefined) checkVisible('os.version', osVersion);
  const osFeatures = [...new Set(raw.osFeatures?.filter((feature) => feature !== ''))]
    .map((feature) => checkVisible('os.features', feature))
    .sort();
  return {
    os,
    architecture: named.architecture,
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { osVersion }),
    ...(osFeatures.length > 0 && { osFeatures }),
  };
}

function checkWord(part: string, value: string): string {
  if (word.test(value)) return value;
  throw new CodedError('E_PLATFORM', `${part} of a platform is ${quote(value)}`, {
    hint: 'it is one word of letters, digits, "_", "." and "-", such as linux or ppc64le',
  });
}

function checkVisible(part: string, value: string): string {
  if (visible.test(value)) return value;
  throw new CodedError('E_PLATFORM', `${part} of a platform is ${quote(value)}`, {
    hint: 'it is visible ASCII, 128 characters at most',
  });
}

/**
 * `os[(version+feature...)]/architecture[/variant]`, as containerd writes it, with what isn't a letter, digit, `_`, `.` or
 * `-` percent-encoded in the brackets; `parsePlatform` reads it back.
 */
export function formatPlatform(platform: Platform): string {
  const details = [platform.osVersion ?? '', ...(platform.osFeatures ?? [])].map(encodeDetail).join('+');
  const variant = platform.variant === undefined ? '' : `/${platform.variant}`;
  return `${platform.os}${details === '' ? '' : `(${details})`}/${platform.architecture}${variant}`;
}

function encodeDetail(text: string): string {
  return text.replace(
    /[^A-Za-z0-9_.-]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Equal for two platforms exactly when one index can't hold both: os, architecture, variant, os.version, os.features. */
export function platformKey(platform: Platform): string {
  return formatPlatform(normalisePlatform(platform));
}

export function samePlatform(a: Platform, b: Platform): boolean {
  return platformKey(a) === platformKey(b);
}

/** The platform that an index entry claims. @throws E_PLATFORM as {@link normalisePlatform} does. */
export function platformOfJson(json: PlatformJson): Platform {
  return normalisePlatform({
    os: json.os,
    architecture: json.architecture,
    variant: json.variant,
    osVersion: json['os.version'],
    osFeatures: json['os.features'],
  });
}

/** A platform as an index entry says it. */
export function platformToJson(platform: RawPlatform): PlatformJson {
  const { os, architecture, variant, osVersion, osFeatures } = platform;
  return {
    architecture,
    os,
    ...(osVersion !== undefined && osVersion !== '' && { 'os.version': osVersion }),
    ...(osFeatures !== undefined && osFeatures.length > 0 && { 'os.features': osFeatures }),
    ...(variant !== undefined && variant !== '' && { variant }),
  };
}

/** What stands for `{arch}` in `{tag}-{arch}`: the architecture alone, `arm` for every variant of it. */
export function platformArch(platform: Platform): string {
  return platform.architecture;
}

/** A platform as part of a file, job or artifact name: `linux-arm-v7`. Fits a tag, and has no `/`. */
export function platformSlug(platform: Platform): string {
  const { os, osVersion, osFeatures = [], architecture, variant } = platform;
  const parts = [os, osVersion, ...osFeatures, architecture, variant].filter((part) => part !== undefined);
  return parts.join('-').replace(/[^A-Za-z0-9_.-]/g, '-');
}
