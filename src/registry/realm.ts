import { quote } from '../errors.ts';
import { classifyHost, mayLeadTo, portOf, type AddressClass } from './address.ts';
import { RegistryError } from './errors.ts';

/** Who asks us to go to a token server. */
export interface RealmAsker {
  /** As people know it: `docker.io`. */
  readonly registry: string;
  /** The URL that was answered with the challenge. */
  readonly url: URL;
  readonly addressClass: AddressClass;
}

/** A token server, and how far it is trusted. */
export interface Realm {
  readonly url: URL;
  /** It may see the credentials of the registry that named it. */
  readonly trusted: boolean;
  /** The user has named its host, wherever that is. */
  readonly vouched: boolean;
}

/**
 * Public registries whose token server stands on another host. Docker Hub's and GitLab's are the only ones that most
 * people meet; the others are documented by their vendors.
 */
const knownPairs: readonly { readonly registry: RegExp; readonly realm: RegExp }[] = [
  { registry: /^registry-1\.docker\.io$/, realm: /^auth\.docker\.io$/ },
  { registry: /^registry\.gitlab\.com$/, realm: /^gitlab\.com$/ },
  { registry: /^registry\.digitalocean\.com$/, realm: /^api\.digitalocean\.com$/ },
  { registry: /^rg\.[a-z]{2}-[a-z]{3}\.scw\.cloud$/, realm: /^api\.scaleway\.com$/ },
  { registry: /\.aliyuncs\.com$/, realm: /^dockerauth(?:-[a-z]+)?\.[a-z0-9-]+\.aliyuncs\.com$/ },
];

/**
 * Checks where a Bearer challenge sends us. The realm is HTTPS, unless the registry itself is plain HTTP; it has a host
 * and no userinfo; it is not in a more private place than the registry; a realm on this machine is the registry's own
 * port. Credentials go to the registry's own host or a known pair of hosts; elsewhere an anonymous token may be fetched.
 * @param vouchedHosts `host[:port]` that the user has named: there it may be, and may see the credentials.
 * @throws E_REGISTRY with both hosts in it.
 */
export function checkRealm(asker: RealmAsker, realm: string, vouchedHosts: readonly string[] = []): Realm {
  const url = URL.canParse(realm, asker.url.href) ? new URL(realm, asker.url) : undefined;
  if (url === undefined) throw refuse(asker, realm, 'is not a URL');
  const schemes = asker.url.protocol === 'http:' ? ['http:', 'https:'] : ['https:'];
  if (!schemes.includes(url.protocol))
    throw refuse(asker, realm, `is not ${schemes.join(' or ').replace(/:/g, '')}`);
  if (url.hostname === '' || url.username !== '' || url.password !== '') {
    throw refuse(asker, realm, 'has userinfo, or no host');
  }
  const vouched = vouchedHosts.some((host) => isAt(url, host));
  checkPlace(asker, realm, url, vouched);
  url.hash = '';
  return { url, trusted: vouched || isTrusted(asker, url), vouched };
}

/** Why credentials may not go to a realm: to be thrown when there are some. */
export function untrustedRealm(asker: RealmAsker, url: URL): RegistryError {
  return refuse(asker, url.href, 'is another host, and may not see the credentials', url);
}

/** The port of an entry without one is that of the URL's scheme. */
function isAt(url: URL, host: string): boolean {
  const text = `${url.protocol}//${host}/`;
  return URL.canParse(text) && new URL(text).host === url.host;
}

function checkPlace(asker: RealmAsker, realm: string, url: URL, vouched: boolean): void {
  const place = classifyHost(url.hostname);
  if (place === undefined || (vouched && place !== 'forbidden')) return;
  const cure = place === 'forbidden' ? undefined : url;
  if (!mayLeadTo(asker.addressClass, place))
    throw refuse(asker, realm, `is ${place === 'loopback' ? 'this machine' : `a ${place} address`}`, cure);
  if (place === 'loopback' && portOf(url) !== portOf(asker.url)) {
    throw refuse(asker, realm, 'is another port of this machine', cure);
  }
}

function isTrusted(asker: RealmAsker, url: URL): boolean {
  const from = asker.url.hostname;
  const to = url.hostname;
  if (from === to) return true;
  // Both loopback, and the same port (checked before): the same listener under two names.
  if (classifyHost(from) === 'loopback' && classifyHost(to) === 'loopback') return true;
  return knownPairs.some((pair) => pair.registry.test(from) && pair.realm.test(to)) || isGitlab(from, url);
}

/** GitLab's documented layout for one's own: registry.DOMAIN with gitlab.DOMAIN or DOMAIN, whose owner is the same. */
function isGitlab(registryHost: string, url: URL): boolean {
  const domain = /^registry\.([^.]+(?:\.[^.]+)+)$/.exec(registryHost)?.[1];
  return (
    domain !== undefined &&
    url.pathname === '/jwt/auth' &&
    [domain, `gitlab.${domain}`].includes(url.hostname)
  );
}

/** @param cure a realm that the user could vouch for. */
function refuse(asker: RealmAsker, realm: string, why: string, cure?: URL): RegistryError {
  const shown = realm.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1***@').replace(/[?#].*$/s, '');
  const check = `check that ${asker.registry} is the registry that you mean, and not a name that resembles it`;
  return new RegistryError(
    'E_REGISTRY',
    `${asker.url.host} sends us for a token to ${quote(shown)}, which ${why}`,
    {
      hint:
        cure === undefined
          ? check
          : `${check}; if that is its token server, name ${cure.host} as a registry in registry-auth, or in insecure-registries`,
    },
  );
}
