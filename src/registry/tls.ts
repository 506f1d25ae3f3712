import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import tls from 'node:tls';
import { CodedError, quote, show } from '../errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const maxExtraBytes = 16 * 1024 * 1024;

/**
 * The certificate authorities to trust when `pem` is trusted besides the default ones; undefined, which leaves it to
 * Node, when there is no `pem`. Giving Node a list replaces its own, so the defaults have to be in it.
 * @throws E_INPUT when `pem`, or the file that NODE_EXTRA_CA_CERTS names, holds no certificate or one that can't be read,
 * and when the environment turns the checking of certificates off.
 */
export function trustedAuthorities(pem: string | undefined, env: Env): string[] | undefined {
  refuseUnchecked(env);
  const extra = extraAuthorities(env);
  if (pem === undefined) return undefined;
  const given = certificatesIn(pem, 'ca-certificate', 'give PEM text, or the path of a file with it');
  // Since Node 22.15; it knows of NODE_EXTRA_CA_CERTS and --use-system-ca.
  const known = typeof tls.getCACertificates === 'function';
  const defaults = known ? tls.getCACertificates('default') : [...tls.rootCertificates, ...extra];
  return [...defaults, ...given];
}

/** Our own connections would not obey it, and all others that a run makes would. */
function refuseUnchecked(env: Env): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  throw new CodedError('E_INPUT', 'NODE_TLS_REJECT_UNAUTHORIZED is "0", so that no certificate is checked', {
    hint: 'unset it; for a private authority set ca-certificate, for one registry insecure-registries',
  });
}

/** Node leaves out what it can't read there, with a warning that nobody sees; then certificates fail for no reason. */
function extraAuthorities(env: Env): readonly string[] {
  const path = env['NODE_EXTRA_CA_CERTS'] ?? '';
  if (path === '') return [];
  const hint = 'unset it, or let it name a PEM file';
  return certificatesIn(readExtra(path, hint), `NODE_EXTRA_CA_CERTS, which is ${quote(path)},`, hint);
}

function readExtra(path: string, hint: string): string {
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > maxExtraBytes)
      throw new Error(`it is not a file of at most ${maxExtraBytes} bytes`);
    return readFileSync(path, 'latin1');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError(
      'E_INPUT',
      `NODE_EXTRA_CA_CERTS names ${quote(path)}, which can't be read: ${show(why)}`,
      { hint, cause },
    );
  }
}

function certificatesIn(pem: string, what: string, hint: string): readonly string[] {
  const certificates = pem.match(block) ?? [];
  if (certificates.length === 0) {
    throw new CodedError('E_INPUT', `${what} holds no certificate (-----BEGIN CERTIFICATE-----)`, { hint });
  }
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new CodedError('E_INPUT', `certificate ${index + 1} of ${what} can't be read`, {
        hint: `it is to be PEM as openssl writes it; ${hint}`,
        cause,
      });
    }
  });
  return certificates;
}
