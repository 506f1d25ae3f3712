import { CodedError, quote } from '../errors.ts';
import { classifyHost, hostOf, type AddressClass } from './address.ts';
import { inCidr } from './proxy.ts';
import { RegistryError } from './errors.ts';

export type Scheme = 'http' | 'https';

/** Where a registry is reached. */
export interface Endpoint {
  /** As it stands in references: `docker.io`. */
  readonly registry: string;
  /** `host[:port]` that requests go to: `registry-1.docker.io`. */
  readonly host: string;
  /**
   * The schemes that may be tried, in order. HTTPS alone, unless the registry is on this machine (HTTP first, as nearly
   * every registry there is plain) or declared insecure (HTTPS first, without a look at its certificate).
   */
  readonly schemes: readonly Scheme[];
  readonly verifyCertificate: boolean;
  /** False where the port was left to the scheme, so that another scheme is another port. */
  readonly hasPort: boolean;
}

const dockerHub = 'docker.io';
const dockerHubHost = 'registry-1.docker.io';
const dockerHubAliases: readonly string[] = [
  dockerHub,
  'index.docker.io',
  dockerHubHost,
  'registry.docker.io',
];

/** The one name under which Docker Hub's many are kept; other hosts are themselves. */
export function canonicalRegistry(registry: string): string {
  return dockerHubAliases.includes(registry) ? dockerHub : registry;
}

/**
 * @throws E_REGISTRY for an address that no registry has (link-local, metadata services, unspecified), E_REFERENCE for
 * what is no host at all.
 */
export function endpointOf(registry: string, insecureRegistries: readonly string[]): Endpoint {
  const host = canonicalRegistry(registry) === dockerHub ? dockerHubHost : registry;
  const url = parseAuthority(host);
  const addressClass = classifyHost(url.hostname);
  if (addressClass === 'forbidden') throw forbidden(registry, url.hostname);
  const insecure = isInsecure(registry, url, insecureRegistries);
  return {
    registry,
    host,
    schemes: schemesOf(addressClass, insecure),
    verifyCertificate: !insecure,
    hasPort: /:\d+$/.test(host),
  };
}

function schemesOf(addressClass: AddressClass | undefined, insecure: boolean): readonly Scheme[] {
  if (addressClass === 'loopback') return ['http', 'https'];
  return insecure ? ['https', 'http'] : ['https'];
}

function parseAuthority(host: string): URL {
  const text = `https://${host}/`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url?.pathname === '/' && url.search === '' && url.username === '' && !/[/\\@?#\s]/.test(host);
  if (url !== undefined && isPlain) return url;
  throw new CodedError('E_REFERENCE', `${quote(host)} is not the host of a registry`, {
    hint: 'write host or host:port',
  });
}

function forbidden(registry: string, address: string): RegistryError {
  const is = registry.startsWith(address) ? '' : `, which is ${address},`;
  return new RegistryError(
    'E_REGISTRY',
    `${quote(registry)}${is} is an address at which no registry can be`,
    {
      hint: 'link-local, metadata and unspecified addresses are never contacted',
    },
  );
}

/** Entries are `host`, `host:port` or a CIDR, as in docker's daemon.json. */
function isInsecure(registry: string, url: URL, entries: readonly string[]): boolean {
  const address = hostOf(url);
  return entries
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry === registry || (entry.includes('/') && inCidr(address, entry)));
}
