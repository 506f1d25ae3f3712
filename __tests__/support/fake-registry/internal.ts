import type { Digest } from '../../../src/oci/digest.ts';
import type { ManifestBytes } from '../../../src/oci/manifest-bytes.ts';
import type { Authority } from './authority.js';
import type { StorageHost } from './storage.js';
import type { Store } from './store.js';
import type { ArrivedRequest, FakeRegistryOptions, Fault } from './types.ts';

/** An answer that has not been sent yet: whatever goes wrong on the way goes wrong with this. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

/** A request with its whole body, and the fault it is to meet. */
export interface Request extends ArrivedRequest {
  readonly body: Uint8Array;
  readonly fault: Fault | undefined;
}

export type StoredManifest = ManifestBytes;

/** What the endpoints share. */
export interface Context {
  readonly options: FakeRegistryOptions;
  readonly store: Store;
  readonly authority: Authority;
  /** Where blobs are redirected to. */
  readonly storage: StorageHost | undefined;
  readonly url: string;
}

export interface Route {
  readonly repository: string;
  /** Tag, digest or session; empty where there is none. */
  readonly reference: string;
}

/** One endpoint of the specification. Synchronous, so that a request is either done or not. */
export type Endpoint = (context: Context, request: Request, route: Route) => Reply;

/** What a request needs: https://distribution.github.io/distribution/spec/auth/scope/ */
export interface Scope {
  readonly repository: string;
  readonly actions: readonly string[];
}

export interface IssuedToken {
  readonly user: string | undefined;
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export type { Digest };
