/// <reference lib="esnext.disposable" />
import { once } from 'node:events';
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { createServer as createTls } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { checkBuildKit } from '../../../src/engines/buildx/buildkit-address.ts';
import { makeCertificate } from '../../support/fake-registry/certificate.js';
import { rejection } from '../../support/failure.ts';
import { temporaryFolder } from '../support/scripted.ts';

const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function certificates(names: readonly string[], files: Record<string, string> = {}) {
  const now = Date.now();
  const made = makeCertificate(names, new Date(now - 60_000), new Date(now + 3_600_000));
  const folder = temporaryFolder({
    'ca.pem': made.ca,
    'cert.pem': made.certificate,
    'key.pem': made.key,
    ...files,
  });
  const tls = {
    cacert: path.join(folder, 'ca.pem'),
    cert: path.join(folder, 'cert.pem'),
    key: path.join(folder, 'key.pem'),
  };
  return { ...made, tls };
}

/** Speaks HTTP/2 behind TLS. */
async function tlsServer(names: readonly string[]) {
  const { certificate, key, tls } = certificates(names);
  const server = createTls({ cert: certificate, key, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => undefined).write(settings);
  });
  return { ...(await listening(server)), tls };
}

describe('without TLS', () => {
  test('HTTP/2 is taken for a BuildKit', async () => {
    await using server = await listening(createPlain((socket) => socket.write(settings)));
    await expect(checkBuildKit(`tcp://localhost:${server.port}`)).resolves.toBeUndefined();
  });

  test.each([
    [
      'HTTP/1',
      (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'what answers there is no BuildKit',
    ],
    [
      'a closed door',
      (socket: Socket) => socket.end(),
      'it closes the connection, as a BuildKit with TLS does',
    ],
  ])('%s is told', async (_name, answer, says) => {
    await using server = await listening(
      createPlain((socket) => {
        socket.once('data', () => answer(socket));
      }),
    );
    const error = await rejection(checkBuildKit(`tcp://127.0.0.1:${server.port}`));
    expect(error).toMatchObject({ code: 'E_ENGINE', hint: expect.stringContaining('DOCKER_CERT_PATH') });
    expect(error.message).toContain(says);
  });

  test.each([
    ['tcp://localhost:1', 'nobody listens there'],
    ['tcp://[::1]:1', 'nobody listens there'],
    ['tcp://nowhere.invalid:1234', 'its host can not be resolved'],
    ['unix:///nowhere/buildkitd.sock', 'there is no such socket'],
  ])('%s: %s', async (address, says) => {
    const error = await rejection(checkBuildKit(address));
    expect(error).toMatchObject({
      code: 'E_ENGINE',
      message: `BuildKit does not answer at "${address}": ${says}`,
    });
  });
});

describe('with TLS', () => {
  test('of an authority that was given', async () => {
    const server = await tlsServer(['localhost']);
    await using _ = server;
    await expect(checkBuildKit(`tcp://localhost:${server.port}`, server.tls)).resolves.toBeUndefined();
  });

  test('under a name that was given', async () => {
    const server = await tlsServer(['buildkit.test']);
    await using _ = server;
    const address = `tcp://localhost:${server.port}`;
    const error = await rejection(checkBuildKit(address, server.tls));
    expect(error.message).toContain('its certificate is not to be trusted');
    await expect(
      checkBuildKit(address, { ...server.tls, servername: 'buildkit.test' }),
    ).resolves.toBeUndefined();
  });

  test('of another authority', async () => {
    const server = await tlsServer(['localhost']);
    await using _ = server;
    const error = await rejection(
      checkBuildKit(`tcp://localhost:${server.port}`, certificates(['localhost']).tls),
    );
    expect(error).toMatchObject({
      code: 'E_ENGINE',
      hint: expect.stringContaining('ca.pem, cert.pem and key.pem'),
    });
    expect(error.message).toContain('its certificate is not to be trusted');
  });

  test('where it has none', async () => {
    await using server = await listening(createPlain((socket) => socket.write(settings)));
    const error = await rejection(
      checkBuildKit(`tcp://localhost:${server.port}`, certificates(['localhost']).tls),
    );
    expect(error.message).toContain('it does not speak TLS');
    expect(error.hint).toContain('leave DOCKER_CERT_PATH out');
  });

  test('files that are not there, and a key of another certificate', async () => {
    await using server = await listening(createPlain());
    const address = `tcp://localhost:${server.port}`;
    const missing = await rejection(checkBuildKit(address, { cacert: '/nowhere/ca.pem' }));
    expect(missing).toMatchObject({ code: 'E_INPUT', message: expect.stringContaining('/nowhere/ca.pem') });
    const own = certificates(['localhost']);
    const mixed = await rejection(
      checkBuildKit(address, { ...own.tls, key: certificates(['localhost']).tls.key }),
    );
    expect(mixed.message).toContain("our certificate and key can't be used");
  });
});
