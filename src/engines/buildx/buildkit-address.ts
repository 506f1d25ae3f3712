import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CodedError, quote, show } from '../../errors.ts';

/** The paths of the files that a BuildKit with TLS is reached with, and the name that its certificate has to have. */
export interface TlsFiles {
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** The start of HTTP/2, which gRPC is, with settings that change nothing. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
export const firstWords = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
const settings = 4;

/** Whether that is how a server of HTTP/2 begins. */
export function isHttp2(answer: Buffer): boolean {
  return answer[3] === settings;
}

const answerMs = 10_000;

/**
 * Whether somebody who may be a BuildKit answers at `tcp://` or `unix://`: buildx itself waits for 20 s, and does not say what for.
 * @throws E_ENGINE with what is wrong
 */
export async function checkBuildKit(address: string, tls: TlsFiles = {}): Promise<void> {
  const trouble = await troubleAt(address, tls);
  if (trouble === undefined) return;
  throw new CodedError('E_ENGINE', `BuildKit does not answer at ${quote(address, 120)}: ${trouble.says}`, {
    hint: trouble.cure,
  });
}

interface Trouble {
  readonly says: string;
  readonly cure: string;
}

const startIt = 'start buildkitd there, or give its address in BUILDKIT_HOST or remote';
const giveKeys =
  'let DOCKER_CERT_PATH be the folder of ca.pem, cert.pem and key.pem that it takes; or if it has no TLS, leave DOCKER_CERT_PATH out';

async function troubleAt(address: string, tls: TlsFiles): Promise<Trouble | undefined> {
  const wantsTls = Object.keys(tls).length > 0;
  let socket: Socket | undefined;
  try {
    socket = await open(address, tls);
    const answer = await firstBytes(socket);
    if (isHttp2(answer)) return undefined;
    if (answer.length === 0)
      return {
        says: wantsTls
          ? 'it accepts the connection, but not our certificate'
          : 'it closes the connection, as a BuildKit with TLS does',
        cure: giveKeys,
      };
    return { says: 'what answers there is no BuildKit', cure: wantsTls ? startIt : giveKeys };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    return explain(error);
  } finally {
    socket?.destroy();
  }
}

async function open(address: string, tls: TlsFiles): Promise<Socket> {
  if (address.startsWith('unix://')) return connectPlain(address.slice('unix://'.length));
  const { hostname, port } = new URL(address);
  const to = { host: hostname.replace(/^\[|\]$/gu, ''), port: Number(port) };
  if (Object.keys(tls).length === 0) return connectPlain(to);
  const { cacert, cert, key, servername = isIP(to.host) === 0 ? to.host : undefined } = tls;
  return connectTls({
    ...to,
    ...(servername !== undefined && { servername }),
    ALPNProtocols: ['h2'],
    ...(cacert !== undefined && { ca: await fileOf('cacert', cacert) }),
    ...(cert !== undefined && { cert: await fileOf('cert', cert) }),
    ...(key !== undefined && { key: await fileOf('key', key) }),
  });
}

async function fileOf(what: string, path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw new CodedError('E_INPUT', `the ${what} of BuildKit, ${quote(path, 200)}, can't be read`, {
      hint: giveKeys,
      cause: error,
    });
  });
}

/** None where it was closed instead. */
async function firstBytes(socket: Socket): Promise<Buffer> {
  const signal = AbortSignal.timeout(answerMs);
  // Heard by whoever waits; what comes after that concerns nobody.
  socket.on('error', () => undefined);
  socket.write(firstWords);
  const [bytes] = (await Promise.race([
    once(socket, 'data', { signal }),
    once(socket, 'end', { signal }),
  ])) as [Buffer | undefined];
  return bytes ?? Buffer.alloc(0);
}

function explain(error: unknown): Trouble {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const says = show(message, 200);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { says: 'its host can not be resolved', cure: 'check the name, and the DNS of this machine' };
  if (code === 'ENOENT') return { says: 'there is no such socket', cure: startIt };
  if (code === 'EACCES' || code === 'EPERM')
    return {
      says: 'its socket is not ours to use: permission denied',
      cure: 'start buildkitd with --group of the user of the runner, and restart the runner service',
    };
  if (code === 'ECONNREFUSED') return { says: 'nobody listens there', cure: startIt };
  if (code === 'ABORT_ERR' || code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return {
      says: code === 'ABORT_ERR' ? `it said nothing for ${answerMs / 1000} s` : says,
      cure: 'check host and port, and that no firewall stands in between; one that wants TLS needs DOCKER_CERT_PATH',
    };
  if (/alert/iu.test(`${code} ${message}`))
    return { says: `it does not take our certificate (${says})`, cure: giveKeys };
  if (/CERT|SIGNATURE|ALTNAME/u.test(code))
    return { says: `its certificate is not to be trusted (${says})`, cure: giveKeys };
  if (/^ERR_OSSL_(?:X509|PEM)/u.test(code))
    return { says: `our certificate and key can't be used (${says})`, cure: giveKeys };
  if (code === 'EPROTO') return { says: 'it does not speak TLS', cure: giveKeys };
  return { says, cure: startIt };
}
