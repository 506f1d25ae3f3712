import { quote } from '../errors.ts';
import { unreadable } from './kinds.ts';

/** The address of an engine elsewhere. */
export interface RemoteInput {
  readonly scheme: (typeof schemes)[number];
  /** As it was written. */
  readonly address: string;
}

const schemes = [
  'ssh',
  'tcp',
  'unix',
  'docker-container',
  'podman-container',
  'kube-pod',
  'kubernetes',
] as const;

/** `ssh://user@host`, `tcp://host:port`, `unix:///path`, `docker-container://name`, `kubernetes://namespace`. @throws E_INPUT */
export function parseRemote(text: string): RemoteInput {
  const [, name, rest = ''] = /^([a-z-]+):\/\/(\S*)$/u.exec(text) ?? [];
  const scheme = schemes.find((one) => one === name);
  if (scheme === undefined) {
    throw unreadable(`is ${quote(text, 120)}`, `write ${schemes.join('://, ')}://`);
  }
  if (/^[^/@]*:[^/@]*@/u.test(rest))
    throw unreadable('holds a password', 'use a key and an SSH agent; certificates for tcp://');
  if (rest.startsWith('-') || /^[^/@]*@-/u.test(rest))
    throw unreadable(`is ${quote(text, 120)}, whose host begins with "-"`, 'check the address');
  if (rest === '' && scheme !== 'kubernetes')
    throw unreadable(
      `is ${quote(text, 120)}, which names nothing`,
      'write the host, path or name behind ://',
    );
  return { scheme, address: text };
}
