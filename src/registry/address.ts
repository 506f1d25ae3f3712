import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Where an address leads: out into the world, into somebody's network, to this machine, or to a place that no registry
 * has any reason to name (link-local with the metadata services of clouds, unspecified, multicast).
 */
export type AddressClass = 'public' | 'private' | 'loopback' | 'forbidden';

const classes: readonly (readonly [AddressClass, BlockList])[] = [
  ['loopback', blockList(['127.0.0.0', 8], ['::1', 128])],
  [
    'forbidden',
    blockList(
      ['0.0.0.0', 8],
      ['169.254.0.0', 16],
      ['224.0.0.0', 3],
      ['::', 128],
      ['fe80::', 10],
      ['ff00::', 8],
      // The metadata services of AWS over IPv6 and of Alibaba Cloud, which stand in otherwise private ranges.
      ['fd00:ec2::254', 128],
      ['100.100.100.200', 32],
    ),
  ],
  [
    'private',
    blockList(
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['172.16.0.0', 12],
      ['192.0.0.0', 24],
      ['192.168.0.0', 16],
      ['198.18.0.0', 15],
      ['fc00::', 7],
      ['fec0::', 10],
      ['2001::', 32],
    ),
  ],
];

function blockList(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
  return list;
}

/**
 * The class of an IP address. An IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4) counts as what it
 * leads to: lists that look at the outer form only have been bypassed with each of them.
 */
export function classifyAddress(address: string): AddressClass {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(plain) === 0) return 'forbidden';
  const inner = isIPv4(plain) ? plain : (embeddedIpv4(plain) ?? plain);
  const family = isIPv4(inner) ? 'ipv4' : 'ipv6';
  return classes.find(([, list]) => list.check(inner, family))?.[0] ?? 'public';
}

/** The class that a URL's host shows without asking DNS; undefined for a name. */
export function classifyHost(hostname: string): AddressClass | undefined {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  return isIP(host) === 0 ? undefined : classifyAddress(host);
}

/** The host of a URL as sockets want it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The port of an http or https URL, said or implied. */
export function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}

/**
 * May a host of class `from` send us on to one of class `to`? Never to a more private place than its own: a public
 * registry does not know what stands on this machine, and has no business with it.
 */
export function mayLeadTo(from: AddressClass, to: AddressClass): boolean {
  if (to === 'public') return true;
  if (to === 'private') return from === 'private' || from === 'loopback';
  return to === 'loopback' && from === 'loopback';
}

function embeddedIpv4(address: string): string | undefined {
  const groups = ipv6Groups(address);
  const [a = 0, b = 0, c = 0] = groups;
  const [high = 0, low = 0] = groups.slice(6);
  const middle = groups.slice(2, 6).every((group) => group === 0);
  if (a === 0x2002) return dotted(b, c);
  if (a === 0x64 && b === 0xff9b) return dotted(high, low);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const compatible = a === 0 && b === 0 && middle && (high !== 0 || low > 1);
  return mapped || compatible ? dotted(high, low) : undefined;
}

function ipv6Groups(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const front = parse(head);
  if (tail === undefined) return front;
  const back = parse(tail);
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
