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

/** What content is known by: all that is needed to fetch it, and to see that it is the right one. */
export interface ContentDescriptor {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#properties */
export interface Descriptor extends ContentDescriptor {
  readonly mediaType: string;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Base64 of the whole content, if the producer embedded it. */
  readonly data?: string;
  readonly artifactType?: string;
  readonly platform?: PlatformJson;
}
