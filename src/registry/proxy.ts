import { BlockList, isIP, isIPv4 } from 'node:net';
import { CodedError, quote } from '../errors.ts';
import { classifyHost, hostOf, portOf } from './address.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A proxy that HTTPS requests are tunnelled through (CONNECT), and that plain HTTP requests are handed to whole. */
export interface Proxy {
  /** With userinfo, if it needs any: never print it. */
  readonly url: URL;
  /** The variable that named it, for messages. */
  readonly variable: string;
}

/**
 * The proxy for a URL, by the rules of Go's programs, so that what works for docker and podman works here: HTTPS_PROXY,
 * HTTP_PROXY and NO_PROXY, upper case first, loopback never proxied.
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy
 * @throws E_INPUT for a proxy that is no URL, E_UNSUPPORTED for one that isn't http or https.
 */
export function proxyFor(url: URL, env: Env): Proxy | undefined {
  if (classifyHost(url.hostname) === 'loopback') return undefined;
  const variable = variableOf(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', env);
  if (variable === undefined) return undefined;
  const exempt = variableOf('NO_PROXY', env);
  if (exempt !== undefined && isExempt(url, env[exempt] ?? '')) return undefined;
  return { url: parseProxy(variable, env[variable] ?? ''), variable };
}

function variableOf(name: string, env: Env): string | undefined {
  return [name, name.toLowerCase()].find((each) => (env[each] ?? '') !== '');
}

/** `http://proxy:3128`, without userinfo: fit for a log. */
export function showProxy(proxy: Proxy): string {
  return `${proxy.url.protocol}//${proxy.url.host}`;
}

/** What a proxy is shown of its own userinfo. https://www.rfc-editor.org/rfc/rfc9110#name-proxy-authorization */
export function proxyAuthorization({ url }: Proxy): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
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
  if (!isDecodable(url.username) || !isDecodable(url.password)) {
    throw new CodedError(
      'E_INPUT',
      `${variable} has a "%" in its user or password that begins no code of UTF-8`,
      {
        hint: 'write a percent sign as %25',
      },
    );
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new CodedError('E_UNSUPPORTED', `${variable} names a proxy of the kind ${quote(url.protocol)}`, {
    hint: 'http:// and https:// proxies are supported',
  });
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Does NO_PROXY (names with their subdomains, `.names` and `*.names` without, addresses, CIDRs, `:port`, `*`) take this URL out? */
function isExempt(url: URL, noProxy: string): boolean {
  const host = hostOf(url).replace(/\.$/, '');
  const port = portOf(url);
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
