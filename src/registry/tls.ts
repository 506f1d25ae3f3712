import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { CodedError, quote } from '../errors.ts';

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * The certificate authorities to trust when `pem` is trusted besides the default ones; undefined, which leaves it to
 * Node, when there is no `pem`. Giving Node a list replaces its own, so the defaults have to be in it.
 * @throws E_INPUT when `pem` holds no certificate, or one that can't be read.
 */
export function trustedAuthorities(
  pem: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string[] | undefined {
  if (pem === undefined) return undefined;
  const certificates = pem.match(block) ?? [];
  if (certificates.length === 0) {
    throw new CodedError('E_INPUT', 'ca-certificate holds no certificate', {
      hint: 'give PEM text with -----BEGIN CERTIFICATE-----, or the path of a file with it',
    });
  }
  certificates.forEach(checkCertificate);
  return [...defaultAuthorities(env), ...certificates];
}

function checkCertificate(certificate: string, index: number): void {
  try {
    new X509Certificate(certificate);
  } catch (cause) {
    throw new CodedError('E_INPUT', `certificate ${index + 1} of ca-certificate can't be read`, {
      hint: 'it is to be PEM as openssl writes it',
      cause,
    });
  }
}

function defaultAuthorities(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  // Since Node 22.15; it knows of NODE_EXTRA_CA_CERTS and --use-system-ca.
  if (typeof tls.getCACertificates === 'function') return tls.getCACertificates('default');
  const extra = env['NODE_EXTRA_CA_CERTS'];
  return extra === undefined || extra === ''
    ? tls.rootCertificates
    : [...tls.rootCertificates, readExtra(extra)];
}

function readExtra(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CodedError('E_INPUT', `NODE_EXTRA_CA_CERTS names ${quote(path)}, which can't be read`, {
      hint: 'unset it, or let it name a PEM file',
      cause,
    });
  }
}
