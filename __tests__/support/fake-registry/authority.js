import { randomUUID } from 'node:crypto';
import { failure, json, reply } from './reply.js';
/** @import { IssuedToken, Reply, Request, Scope } from './internal.ts' */
/** @import { AuthOptions } from './types.ts' */

/** What the specification lets a client assume where `expires_in` is not told. Seconds. */
const untoldExpiry = 60;

/**
 * Who may do what, and the tokens that say so.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export class Authority {
  #options;
  #now;
  #url;
  /** @type {Map<string, IssuedToken>} */
  #tokens = new Map();

  /**
   * @param {AuthOptions} options
   * @param {() => number} now
   * @param {string} url
   */
  constructor(options, now, url) {
    this.#options = options;
    this.#now = now;
    this.#url = url;
  }

  revokeTokens() {
    this.#tokens.clear();
  }

  /**
   * The refusal that a request deserves, or nothing.
   * @param {Scope[]} needed Nothing is needed for `/v2/` but to be somebody.
   * @param {string | undefined} authorization
   * @returns {Reply | undefined}
   */
  refusal(needed, authorization) {
    if (this.#options.mode === 'none') return undefined;
    const [scheme, value] = splitAuthorization(authorization);
    if (this.#options.mode === 'basic') {
      const user = scheme === 'basic' ? this.#userOf(value) : undefined;
      if (user === undefined) return this.challenge(needed);
      const allowed = needed.every((scope) =>
        scope.actions.every((action) => this.#may(user, scope.repository, action)),
      );
      return allowed ? undefined : denied();
    }
    const token = scheme === 'bearer' ? this.#tokens.get(value) : undefined;
    if (token === undefined) return this.challenge(needed, scheme === 'bearer' ? 'invalid_token' : undefined);
    if (token.expires <= this.#now()) return this.challenge(needed, 'invalid_token');
    if (needed.every((scope) => covers(token.scopes, scope))) return undefined;
    return this.#options.deniedStatus === 403 ? denied() : this.challenge(needed, 'insufficient_scope');
  }

  /**
   * @param {Scope[]} needed
   * @param {string} [error]
   */
  challenge(needed, error) {
    const { mode, challenges, realm = `${this.#url}/token` } = this.#options;
    const basic = 'Basic realm="fake registry"';
    const scope = needed.map((one) => `${one.repository === '' ? '' : formatScope(one)}`).join(' ');
    const parts = [
      `realm="${realm}"`,
      'service="fake-registry"',
      scope && `scope="${scope}"`,
      error && `error="${error}"`,
    ];
    const bearer = `Bearer ${parts.filter(Boolean).join(',')}`;
    const told = challenges?.map((text) => text.replaceAll('{bearer}', bearer).replaceAll('{basic}', basic));
    const refusal = failure(401, 'UNAUTHORIZED', 'authentication required');
    return {
      ...refusal,
      headers: { ...refusal.headers, 'www-authenticate': told ?? (mode === 'basic' ? basic : bearer) },
    };
  }

  /**
   * The token endpoint: GET with Basic or nothing, POST with a form.
   * @param {Request} request
   * @param {string | undefined} authorization
   * @returns {Reply}
   */
  issue(request, authorization) {
    const form =
      request.method === 'POST' ? new URLSearchParams(Buffer.from(request.body).toString()) : undefined;
    if (form !== undefined && this.#options.postStatus !== undefined) return reply(this.#options.postStatus);
    const caller = form === undefined ? this.#callerOf(authorization) : this.#ownerOf(form);
    if (caller === 'wrong') return failure(401, 'UNAUTHORIZED', 'incorrect username or password');
    const asked = readScopes((form ?? request.query).getAll('scope'), this.#options.firstScopeOnly === true);
    const scopes = asked
      .map((scope) => this.#granted(caller.user, scope))
      .filter((scope) => scope.actions.length > 0);
    return this.#handOut(caller.user, scopes);
  }

  /**
   * @param {string | undefined} user
   * @param {Scope[]} scopes
   */
  #handOut(user, scopes) {
    const { expiresIn = 300, tokenField = 'both' } = this.#options;
    const seconds = expiresIn === 'omit' ? untoldExpiry : expiresIn;
    const token = `fake.${randomUUID()}`;
    const now = this.#now();
    this.#tokens.set(token, { user, scopes, expires: now + seconds * 1000 });
    return json({
      ...(tokenField !== 'access_token' && { token }),
      ...(tokenField !== 'token' && { access_token: token }),
      ...(expiresIn !== 'omit' && { expires_in: seconds, issued_at: new Date(now).toISOString() }),
    });
  }

  /** @param {string | undefined} authorization */
  #callerOf(authorization) {
    if (authorization === undefined) return { user: undefined };
    const [scheme, value] = splitAuthorization(authorization);
    const user = scheme === 'basic' ? this.#userOf(value) : undefined;
    return user === undefined ? 'wrong' : { user };
  }

  /**
   * https://distribution.github.io/distribution/spec/auth/oauth/
   * @param {URLSearchParams} form
   */
  #ownerOf(form) {
    const user =
      form.get('grant_type') === 'refresh_token'
        ? this.#options.identityTokens?.[form.get('refresh_token') ?? '']
        : this.#checked(form.get('username') ?? '', form.get('password') ?? '');
    return user === undefined ? 'wrong' : { user };
  }

  /** @param {string} basic */
  #userOf(basic) {
    const [name = '', ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return this.#checked(name, password.join(':'));
  }

  /**
   * @param {string} name
   * @param {string} password
   */
  #checked(name, password) {
    return this.#options.users?.[name]?.password === password ? name : undefined;
  }

  /**
   * @param {string | undefined} user
   * @param {Scope} scope
   */
  #granted(user, { repository, actions }) {
    const wanted = actions.includes('*') ? ['pull', 'push', 'delete'] : actions;
    return { repository, actions: wanted.filter((action) => this.#may(user, repository, action)) };
  }

  /**
   * @param {string | undefined} user
   * @param {string} repository
   * @param {string} action
   */
  #may(user, repository, action) {
    if (user === undefined) return this.#options.anonymous?.(repository, action) ?? false;
    return this.#options.users?.[user]?.may?.(repository, action) ?? true;
  }
}

/** @param {string | undefined} authorization */
function splitAuthorization(authorization = '') {
  const space = authorization.indexOf(' ');
  return /** @type {const} */ ([
    authorization.slice(0, space).toLowerCase(),
    authorization.slice(space + 1).trim(),
  ]);
}

function denied() {
  return failure(403, 'DENIED', 'requested access to the resource is denied');
}

/** @param {Scope} scope */
function formatScope({ repository, actions }) {
  return `repository:${repository}:${actions.join(',')}`;
}

/**
 * @param {string[]} parameters
 * @param {boolean} firstOnly
 * @returns {Scope[]}
 */
function readScopes(parameters, firstOnly) {
  const texts = parameters.flatMap((text) => text.split(' '));
  return (firstOnly ? texts.slice(0, 1) : texts).flatMap((text) => {
    const parts = /^repository:(.+):([^:]+)$/.exec(text);
    return parts === null ? [] : [{ repository: String(parts[1]), actions: String(parts[2]).split(',') }];
  });
}

/**
 * @param {readonly Scope[]} held
 * @param {Scope} needed
 */
function covers(held, needed) {
  const actions = held
    .filter((scope) => scope.repository === needed.repository)
    .flatMap((scope) => scope.actions);
  return needed.actions.every((action) => actions.includes(action));
}
