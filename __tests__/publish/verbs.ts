import { CodedError } from '../../src/errors.ts';
import { digestOf, type Digest } from '../../src/oci/digest.ts';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import type { HeldTag, PublishVerbs } from '../../src/publish/verbs.ts';
import { silentLog } from '../support/silent-log.ts';

export const repository = parseRepository('quay.io/acme/app');

/** An index over nothing, with these annotations under `org.opencontainers.image.`. */
export function indexOf(
  facts: Readonly<Record<string, string>> = {},
  mediaType: string = mediaTypes.ociIndex,
): ManifestBytes {
  const annotations = Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [`org.opencontainers.image.${key}`, value]),
  );
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [], annotations }));
  return { bytes, digest: digestOf(bytes), mediaType };
}

export function heldTag(tag: string, held: ManifestBytes | undefined, moving = false): HeldTag {
  return { repository, tag, moving, held: held?.digest, ...(moving && held && { manifest: held }) };
}

type Call = readonly [verb: 'HEAD' | 'GET' | 'PUT', ref: string];

/** A registry of one repository in a few lines, and what was asked of it. `before` may change it, or throw, ahead of a call. */
export class SmallRegistry implements PublishVerbs {
  readonly calls: string[] = [];
  readonly refs = new Map<string, ManifestBytes>();
  before: (call: Call, count: number) => void | Promise<void> = () => undefined;
  /** Whether HEAD tells the digest. */
  headTells = true;

  async headManifest(_: unknown, ref: string): Promise<{ digest?: Digest } | undefined> {
    await this.#call('HEAD', ref);
    const found = this.refs.get(ref);
    return found && (this.headTells ? { digest: found.digest } : {});
  }

  async getManifest(_: unknown, ref: string): Promise<ManifestBytes | undefined> {
    await this.#call('GET', ref);
    return this.refs.get(ref);
  }

  async putManifest(_: unknown, ref: string, manifest: ManifestBytes): Promise<void> {
    await this.#call('PUT', ref);
    this.refs.set(ref, manifest);
  }

  async #call(verb: Call[0], ref: string): Promise<void> {
    const shown = ref.startsWith('sha256:') ? '<digest>' : ref;
    this.calls.push(`${verb} ${shown}`);
    await this.before([verb, ref], this.calls.filter((call) => call === `${verb} ${shown}`).length);
  }
}

/** Sleeps that take no time, and how long they would have taken. In ms. */
export function patience(): {
  slept: number[];
  deps: { log: typeof silentLog; sleep: (ms: number) => Promise<void> };
} {
  const slept: number[] = [];
  return {
    slept,
    deps: {
      log: silentLog,
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
    },
  };
}

export function refusal(code: CodedError['code']): CodedError {
  return new CodedError(code, `the registry said ${code}`, { hint: 'ask it why' });
}
