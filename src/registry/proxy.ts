import { BlockList, isIP, isIPv4 } from 'node:net';
import { CodedError, quote } from '../errors.ts';
import { classifyHost } from './address.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A proxy that HTTPS requests are tunnelled through. */
export interface Proxy {
  /** With userinfo, if it needs any: never print it. */
  readonly url: URL;
  /** The variable that named it, for messages. */
  readonly variable: string;
}

/**
 * The proxy for a URL, by the rules of Go's programs, so that what works for docker and podman works here: HTTPS_PROXY
 * and NO_PROXY, upper case first, loopback never proxied. HTTP_PROXY is not obeyed: it would be shown every credential
 * that a plain-HTTP registry is shown. https://pkg.go.dev/golang.org/x/net/http/httpproxy
 * @throws E_INPUT for a proxy that is no URL, E_UNSUPPORTED for one that isn't http or https.
 */
export function proxyFor(url: URL, env: Env): Proxy | undefined {
  if (url.protocol !== 'https:' || classifyHost(url.hostname) === 'loopback') return undefined;
  const variable = ['HTTPS_PROXY', 'https_proxy'].find((name) => (env[name] ?? '') !== '');
  if (variable === undefined || isExempt(url, env['NO_PROXY'] ?? env['no_proxy'] ?? '')) return undefined;
  return { url: parseProxy(variable, env[variable] ?? ''), variable };
}

/** `http://proxy:3128`, without userinfo: fit for a log. */
export function showProxy(proxy: Proxy): string {
  return `${proxy.url.protocol}//${proxy.url.host}`;
}

function parseProxy(variable: string, value: string): URL {
  const text = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(text)) {
    // Not shown: it may hold a password.
    throw new CodedError('E_INPUT', `${variable} is not a URL`, {
      hint: 'write http://proxy.example.com:3128, with user:password@ before the host if it needs them',
    });
  }
  const url = new URL(text);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new CodedError('E_UNSUPPORTED', `${variable} names a proxy of the kind ${quote(url.protocol)}`, {
    hint: 'http:// and https:// proxies are supported',
  });
}

/** Does NO_PROXY (names with their subdomains, `.names` and `*.names` without, addresses, CIDRs, `:port`, `*`) take this URL out? */
function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = url.port === '' ? '443' : url.port;
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || matchesEntry(host, port, entry));
}

function matchesEntry(host: string, port: string, entry: string): boolean {
  if (entry.includes('/')) return inCidr(host, entry);
  const [, name = entry, wantedPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const pattern = name.replace(/^\[|\]$/g, '').replace(/^\*\./, '.');
  if (isIP(host) !== 0 || isIP(pattern) !== 0) return sameAddress(host, pattern);
  return pattern.startsWith('.') ? host.endsWith(pattern) : host === pattern || host.endsWith(`.${pattern}`);
}

function sameAddress(a: string, b: string): boolean {
  return isIP(a) !== 0 && isIP(b) !== 0 && inCidr(a, `${b}/${isIPv4(b) ? 32 : 128}`);
}

/** Is `host` an address of the network `cidr`? A name is in none; a malformed CIDR holds nothing. */
export function inCidr(host: string, cidr: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const bits = isIPv4(network) ? 32 : 128;
  if (isIP(network) === 0 || isIP(host) === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)
    return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIPv4(network) ? 'ipv4' : 'ipv6');
  return list.check(host, isIPv4(host) ? 'ipv4' : 'ipv6');
}
