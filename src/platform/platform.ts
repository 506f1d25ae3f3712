/**
 * A platform, normalised: lower case, canonical names, `arm64/v8` and `amd64/v1` without a variant, `arm` always with one.
 * https://github.com/opencontainers/image-spec/blob/main/image-index.md#platform-variants
 */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}
