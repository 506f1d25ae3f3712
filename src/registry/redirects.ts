import { show } from '../errors.ts';
import { classifyHost, mayLeadTo, type AddressClass } from './address.ts';
import { RegistryError } from './errors.ts';

const longestLocation = 8 * 1024;

/** Where an answer comes from that sends us on. */
export interface Sender {
  readonly what: string;
  readonly url: URL;
  readonly addressClass: AddressClass;
}

/** Whether an answer of this status names another place in its Location. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * A Location, of a redirect or of an upload, resolved and checked: http or https, never from https to http, no userinfo,
 * and no address in a more private place than the sender's. (A name is looked at when its socket is opened.)
 * @throws E_REGISTRY
 */
export function followLocation(sender: Sender, location: string | undefined): URL {
  if (location === undefined || location === '') throw refuse(sender, 'without saying where (no Location)');
  if (location.length > longestLocation)
    throw refuse(sender, `with a Location of ${location.length} characters`);
  if (!URL.canParse(location, sender.url.href))
    throw refuse(sender, `to ${show(location, 80)}, which is not a URL`);
  const url = new URL(location, sender.url);
  url.hash = '';
  const to = `${url.protocol}//${url.host}`;
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse(sender, `to ${show(url.protocol, 20)}`);
  if (url.username !== '' || url.password !== '')
    throw refuse(sender, `to ${to} with a name and password in the URL`);
  if (sender.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refuse(
      sender,
      `from HTTPS to plain HTTP, ${to}`,
      'if that is its own proxy, tell the registry its https address',
    );
  }
  const place = classifyHost(url.hostname);
  if (place !== undefined && !mayLeadTo(sender.addressClass, place))
    throw refuse(sender, `to ${to}, a ${place} address`);
  return url;
}

/** Whether two URLs share scheme, host and port. */
export function sameOrigin(a: URL, b: URL): boolean {
  return a.protocol === b.protocol && a.host === b.host;
}

function refuse({ what, url }: Sender, how: string, hint?: string): RegistryError {
  return new RegistryError('E_REGISTRY', `${what}: ${url.host} sends us on ${how}`, {
    hint: hint ?? 'this is refused for safety; the registry or a proxy before it is at fault',
  });
}
