/** What we prove with who we are, and where it was found. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly origin: string }
  /** An OAuth2 refresh token (`identitytoken`), only ever shown to the token server. */
  | { readonly kind: 'identity'; readonly token: string; readonly username?: string; readonly origin: string }
  /** A ready bearer token (`registrytoken`), sent as it is. */
  | { readonly kind: 'bearer'; readonly token: string; readonly origin: string };

export interface CredentialSource {
  /**
   * The credential for exactly this registry, as it stands in references (`docker.io`, `quay.io`, `localhost:5000`).
   * `path` lets a namespaced key (`quay.io/acme`) match, the most specific first. Undefined: go without.
   * @throws E_INPUT for a file that can't be read, E_UNAUTHORIZED for a credential helper that fails.
   */
  get(registry: string, path?: string): Promise<Credential | undefined>;
}

/** Nobody in particular. */
export const anonymous: CredentialSource = { get: () => Promise.resolve(undefined) };
