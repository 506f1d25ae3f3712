import type { Log } from '../log.ts';
import type { ConnectionPolicy } from './agents.ts';
import { chooseChallenge, parseChallenges, type Challenge } from './challenge.ts';
import type { Credential } from './credentials.ts';
import { RegistryError } from './errors.ts';
import { checkRealm, untrustedRealm, type Realm, type RealmAsker } from './realm.ts';
import { ScopeSet } from './scope.ts';
import { basicPair, fetchToken, loginHint, type TokenDependencies } from './token.ts';
import type { HttpResponse } from './transport.ts';

/** A token that we hold. */
interface HeldToken {
  readonly owner: string;
  readonly scopes: ScopeSet;
  readonly header: string;
  /** On the monotonic clock. */
  readonly endsAt: number;
}

/** What a request goes out with. */
export type Authorization =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic' | 'ready'; readonly header: string }
  | { readonly kind: 'token'; readonly header: string; readonly token: HeldToken };

/** Who asks for what; lives as long as one call, over all its attempts. */
export class AuthCase {
  readonly credential: Credential | undefined;
  need: ScopeSet;
  renewed = false;
  merged = false;

  constructor(credential: Credential | undefined, need: ScopeSet) {
    this.credential = credential;
    this.need = need;
  }
}

export interface AuthDependencies extends TokenDependencies {
  readonly registry: string;
  readonly log: Log;
  /** What this run will want of this registry, so that one token does for all. */
  readonly foreseen: ScopeSet;
  /** `host[:port]` of token servers that the user vouches for. */
  readonly vouchedHosts: readonly string[];
  readonly policyFor: (url: URL, isNamed: boolean) => ConnectionPolicy;
}

/** A token that has been asked for. */
interface Flight {
  readonly owner: string;
  readonly scopes: ScopeSet;
  readonly token: Promise<HeldToken>;
}

interface KnownChallenge {
  readonly challenge: Challenge;
  readonly asker: RealmAsker;
}

const renewEarlyMs = 5_000;

/** Who we are to one registry: its challenge once it has made one, and the tokens that it wants. */
export class Authenticator {
  readonly #dependencies: AuthDependencies;
  readonly #flights = new Set<Flight>();
  #tokens: HeldToken[] = [];
  #known: KnownChallenge | undefined;
  /** Asked for several repositories, the token server gave a token for one of them, or none: ask for one at a time from now on. */
  #narrow = false;

  constructor(dependencies: AuthDependencies) {
    this.#dependencies = dependencies;
  }

  /** What to send along. Parallel callers share one token call. @throws what the token server said. */
  async authorization(authCase: AuthCase): Promise<Authorization> {
    const { credential } = authCase;
    if (credential?.kind === 'bearer') return { kind: 'ready', header: `Bearer ${credential.token}` };
    if (this.#known === undefined) return { kind: 'none' };
    if (this.#known.challenge.scheme === 'basic') return this.#basic(credential);
    const owner = ownerKey(credential);
    const now = this.#dependencies.clock.monotonic();
    this.#tokens = this.#tokens.filter(({ endsAt }) => endsAt > now + renewEarlyMs);
    const held = this.#tokens.find((token) => token.owner === owner && token.scopes.covers(authCase.need));
    const token = held ?? (await this.#fetch(this.#known, authCase, owner));
    return { kind: 'token', header: token.header, token };
  }

  /** For a registry that answers strangers with 403 or 404 and never with a challenge: from now on credentials go to it as Basic. */
  assumeBasic(answer: HttpResponse): void {
    this.#known ??= { challenge: { scheme: 'basic', parameters: new Map() }, asker: this.#asker(answer) };
  }

  get isChallenged(): boolean {
    return this.#known !== undefined;
  }

  /**
   * Learns from a 401. True: it is worth another attempt, with what {@link authorization} then gives. A challenge that was
   * made before stands in for one that is missing now.
   */
  learn(answer: HttpResponse, used: Authorization, authCase: AuthCase): boolean {
    const offered = chooseChallenge(
      parseChallenges(answer.message.headersDistinct['www-authenticate'] ?? []),
    );
    if (offered !== undefined) this.#known = { challenge: offered, asker: this.#asker(answer) };
    switch (used.kind) {
      case 'none':
        return offered?.scheme !== 'basic' && this.#known?.challenge.scheme !== 'basic'
          ? this.#known !== undefined
          : basicPair(authCase.credential) !== undefined;
      case 'basic':
        return offered?.scheme === 'bearer' && !authCase.renewed && (authCase.renewed = true);
      case 'ready':
        return false;
      case 'token':
        return this.#learnFromRefusedToken(offered, used, authCase);
    }
  }

  #learnFromRefusedToken(
    offered: Challenge | undefined,
    used: Authorization & { readonly kind: 'token' },
    authCase: AuthCase,
  ): boolean {
    this.#tokens = this.#tokens.filter((token) => token !== used.token);
    const asked = ScopeSet.parse(offered?.parameters.get('scope') ?? '');
    const isScope = offered?.parameters.get('error') === 'insufficient_scope';
    // A token that was asked for several repositories may have been issued for only one of them.
    const wasWide = used.token.scopes.toStrings().length > authCase.need.toStrings().length;
    if (!authCase.merged && (isScope || wasWide)) {
      authCase.merged = true;
      authCase.need = authCase.need.plus(asked);
      this.#narrow = true;
      return true;
    }
    if (authCase.renewed) return false;
    authCase.renewed = true;
    return true;
  }

  #basic(credential: Credential | undefined): Authorization {
    const pair = basicPair(credential);
    if (pair === undefined) return { kind: 'none' };
    this.#dependencies.secrets.add(pair);
    return { kind: 'basic', header: `Basic ${pair}` };
  }

  #asker(answer: HttpResponse): RealmAsker {
    return { registry: this.#dependencies.registry, url: answer.url, addressClass: answer.addressClass };
  }

  /** Waits for a token that another request has asked for, if that covers what is needed; else asks for one. */
  async #fetch(known: KnownChallenge, authCase: AuthCase, owner: string): Promise<HeldToken> {
    const { need } = authCase;
    const wanted = this.#narrow ? need : need.plus(this.#dependencies.foreseen);
    const flying = [...this.#flights].find((each) => each.owner === owner && each.scopes.covers(need));
    if (flying !== undefined) {
      // Its refusal may be about scopes that we do not need; then we ask for ours alone.
      const isOurs = wanted.covers(flying.scopes);
      const shared = await (isOurs ? flying.token : flying.token.catch(() => undefined));
      if (shared?.scopes.covers(need) === true) return shared;
    }
    const token = this.#fetchWide(known, authCase, owner, wanted);
    const flight = { owner, scopes: wanted, token };
    this.#flights.add(flight);
    return token.finally(() => this.#flights.delete(flight));
  }

  async #fetchWide(
    known: KnownChallenge,
    authCase: AuthCase,
    owner: string,
    wanted: ScopeSet,
  ): Promise<HeldToken> {
    const realm = checkRealm(
      known.asker,
      known.challenge.parameters.get('realm') ?? '',
      this.#dependencies.vouchedHosts,
    );
    if (!realm.trusted && authCase.credential !== undefined) throw untrustedRealm(known.asker, realm.url);
    try {
      return await this.#fetchExactly(known, realm, authCase.credential, owner, wanted);
    } catch (error) {
      const refused = error instanceof RegistryError && [400, 401, 403].includes(error.status ?? 0);
      if (!refused || authCase.need.covers(wanted)) throw error;
      this.#narrow = true;
      this.#dependencies.log.debug(
        `${error.message}; asking for ${authCase.need.toStrings().join(' ')} alone`,
      );
      return this.#fetchExactly(known, realm, authCase.credential, owner, authCase.need);
    }
  }

  async #fetchExactly(
    known: KnownChallenge,
    realm: Realm,
    credential: Credential | undefined,
    owner: string,
    scopes: ScopeSet,
  ): Promise<HeldToken> {
    const { registry, policyFor, clock, log } = this.#dependencies;
    const started = clock.monotonic();
    const token = await fetchToken(
      {
        registry,
        realm: realm.url,
        service: known.challenge.parameters.get('service'),
        scopes,
        credential,
        policy: policyFor(realm.url, realm.vouched),
      },
      this.#dependencies,
    );
    const as = credential === undefined ? 'anonymous' : `credentials from ${credential.origin}`;
    log.debug(`token for ${registry}: ${scopes.toStrings().join(' ')} (${as}, ${token.lifeMs / 1000} s)`);
    const held = { owner, scopes, header: `Bearer ${token.value}`, endsAt: started + token.lifeMs };
    this.#tokens.push(held);
    return held;
  }

  /** The hint of a 401 that no further attempt can help. */
  hint(credential: Credential | undefined): string {
    return loginHint(this.#dependencies.registry, credential);
  }
}

function ownerKey(credential: Credential | undefined): string {
  if (credential === undefined) return '';
  const name = credential.kind === 'bearer' ? '' : (credential.username ?? '');
  return JSON.stringify([credential.kind, name, credential.origin]);
}
