import { quote } from '../errors.ts';
import { unreadable } from './kinds.ts';

/** Where a service is asked: in its own network, in which there is nothing else. */
export interface ServiceUrl {
  /** As it was written. */
  readonly text: string;
  readonly port: number;
  /** With its query: what stands behind the method in a request. */
  readonly path: string;
  /** `localhost:8080` */
  readonly host: string;
}

const hosts = ['localhost', '127.0.0.1'];
const example =
  'write it as http://localhost:8080/health, with the port on which the service listens in its container';

/** `http://localhost:8080/health`, or `none`: not even a HEALTHCHECK is run. @throws E_INPUT */
export function parseServiceUrl(text: string): ServiceUrl | 'none' {
  if (text === 'none') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw unreadable(`is ${quote(text)}, which is no URL`, example);
  if (url.username !== '' || url.password !== '')
    throw unreadable('has a name or password in it', 'ask a path that needs none');
  if (url.protocol !== 'http:') {
    throw unreadable(
      `is ${quote(text)}, and a service is asked over plain http only`,
      'give its port for plain HTTP; or let a HEALTHCHECK of the image ask it, which can speak anything',
    );
  }
  if (!hosts.includes(url.hostname)) {
    throw unreadable(
      `asks ${quote(url.hostname)}, and the service is on localhost of its own network`,
      example,
    );
  }
  return {
    text,
    port: url.port === '' ? 80 : Number(url.port),
    path: `${url.pathname}${url.search}`,
    host: url.host,
  };
}
