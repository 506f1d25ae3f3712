import type { Digest } from './digest.ts';

/** https://github.com/opencontainers/image-spec/blob/main/image-index.md#image-index-property-descriptions, `platform`, as it stands in JSON. */
export interface PlatformJson {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
  readonly features?: readonly string[];
}

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#properties */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Base64 of the whole content, if the producer embedded it. */
  readonly data?: string;
  readonly artifactType?: string;
  readonly platform?: PlatformJson;
}
