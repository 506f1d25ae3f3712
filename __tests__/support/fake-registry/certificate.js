import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
/** @import { KeyObject } from 'node:crypto' */

/**
 * A certificate authority of a moment and one server certificate from it, in the few structures of X.509 that clients
 * look at. Made on the spot, so that no private key is committed, nothing expires by surprise, and a test can have
 * one that is expired or of another host. https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 * @param {readonly string[]} names Host names and addresses.
 * @param {Date} notBefore
 * @param {Date} notAfter
 * @returns {{ ca: string, certificate: string, key: string }} PEM
 */
export function makeCertificate(names, notBefore, notAfter) {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = name('fake registry authority');
  const validity = sequence(time(notBefore), time(notAfter));
  const basicConstraints = extension(oids.basicConstraints, sequence(tlv(0x01, Buffer.of(0xff))));
  const altNames = extension(oids.subjectAltName, sequence(...names.map(altName)));
  const serverAuth = extension(oids.extKeyUsage, sequence(oid(oids.serverAuth)));
  return {
    ca: certificate(issuer, issuer, validity, authority.publicKey, [basicConstraints], authority.privateKey),
    certificate: certificate(
      issuer,
      name('fake registry'),
      validity,
      server.publicKey,
      [altNames, serverAuth],
      authority.privateKey,
    ),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const oids = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  subjectAltName: '2.5.29.17',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
};

/**
 * @param {Buffer} issuer
 * @param {Buffer} subject
 * @param {Buffer} validity
 * @param {KeyObject} publicKey
 * @param {Buffer[]} extensions
 * @param {KeyObject} signingKey
 */
function certificate(issuer, subject, validity, publicKey, extensions, signingKey) {
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const version3 = tlv(0xa0, tlv(0x02, Buffer.of(2)));
  const serial = tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)]));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = sequence(
    version3,
    serial,
    algorithm,
    issuer,
    validity,
    subject,
    spki,
    tlv(0xa3, sequence(...extensions)),
  );
  const der = sequence(
    body,
    algorithm,
    tlv(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, signingKey)])),
  );
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/**
 * One value in DER: https://www.itu.int/rec/T-REC-X.690 section 8.1.
 * @param {number} tag
 * @param {...Buffer} contents
 */
function tlv(tag, ...contents) {
  const content = Buffer.concat(contents);
  const { length } = content;
  // The shortest form, which Go insists on.
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

/** @param {...Buffer} contents */
const sequence = (...contents) => tlv(0x30, ...contents);

/** @param {string} dotted */
function oid(dotted) {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let high = arc >>> 7; high > 0; high >>>= 7) groups.unshift((high & 0x7f) | 0x80);
    return groups;
  });
  return tlv(0x06, Buffer.from(arcs));
}

/** @param {string} text */
function name(text) {
  return sequence(tlv(0x31, sequence(oid(oids.commonName), tlv(0x0c, Buffer.from(text)))));
}

/**
 * UTCTime until 2049, GeneralizedTime from then on, as RFC 5280 section 4.1.2.5 wants it.
 * @param {Date} date
 */
function time(date) {
  const digits = `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050
    ? tlv(0x17, Buffer.from(digits.slice(2)))
    : tlv(0x18, Buffer.from(digits));
}

/**
 * @param {string} id
 * @param {Buffer} value
 */
const extension = (id, value) => sequence(oid(id), tlv(0x04, value));

/** @param {string} host */
function altName(host) {
  if (isIP(host) === 0) return tlv(0x82, Buffer.from(host));
  if (isIP(host) === 4) return tlv(0x87, Buffer.from(host.split('.').map(Number)));
  if (host !== '::1') throw new RangeError(`the only IPv6 address that is needed here is ::1, not ${host}`);
  return tlv(0x87, Buffer.concat([Buffer.alloc(15), Buffer.of(1)]));
}
