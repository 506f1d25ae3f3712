import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { BodyChunks } from '../../src/registry/body-chunks.ts';

const body = Buffer.alloc(4_000_000, 'chunks of one body, ');
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function ask(answer: http.RequestListener, agent?: http.Agent): Promise<http.IncomingMessage> {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const request = http.get({ port, host: '127.0.0.1', ...(agent !== undefined && { agent }) });
  const [message] = (await once(request, 'response')) as [http.IncomingMessage];
  return message;
}

async function readAll(chunks: BodyChunks, pause = async () => Promise.resolve()): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
    parts.push(Buffer.from(chunk));
    await pause();
  }
  return Buffer.concat(parts);
}

test('a body comes whole, however slowly it is taken, and its connection can be used again', async () => {
  const agent = new http.Agent({ keepAlive: true });
  closing.push(() => {
    agent.destroy();
  });
  const message = await ask((_, response) => response.end(body), agent);
  const { socket } = message;
  const read = await readAll(new BodyChunks(message), () => setImmediate());
  expect(read.equals(body)).toBe(true);
  await setImmediate();
  expect(Object.values(agent.freeSockets).flat()).toEqual([socket]);
  expect(socket.listenerCount('data')).toBeLessThanOrEqual(1);
});

test('what the socket read is given back as soon as the parser has copied it', async () => {
  const message = await ask((_, response) => response.end(body));
  const raw: Buffer[] = [];
  message.socket.on('data', (chunk: Buffer) => raw.push(chunk));
  const read = await readAll(new BodyChunks(message));
  expect(read.equals(body)).toBe(true);
  expect(raw.length).toBeGreaterThan(10);
  const held = raw.reduce((total, { byteLength }) => total + byteLength, 0);
  expect(held).toBeLessThan(body.byteLength / 4);
});

test('no more is read than is taken, and a little', async () => {
  const message = await ask((_, response) => response.end(Buffer.alloc(64_000_000)));
  const chunks = new BodyChunks(message);
  await chunks.next();
  const { socket } = message;
  for (let turns = 0; turns < 200; turns += 1) await setImmediate();
  expect(socket.bytesRead).toBeLessThan(2_000_000);
  message.destroy();
  await expect(readAll(chunks)).rejects.toThrow();
});

test('a body that breaks off ends with what broke it, after all that came', async () => {
  const message = await ask((_, response) => {
    response.writeHead(200, { 'content-length': 2000 });
    response.write(Buffer.alloc(1000), () => response.destroy());
  });
  const chunks = new BodyChunks(message);
  expect(await chunks.next()).toHaveLength(1000);
  await expect(chunks.next()).rejects.toThrow('aborted');
});

test('a body that nobody is there to send any more is not waited for', async () => {
  const message = await ask((_, response) => response.write('begun'));
  message.destroy();
  await expect(new BodyChunks(message).next()).rejects.toThrow('closed');
});

test('an empty body ends', async () => {
  const message = await ask((_, response) => response.end());
  expect(await new BodyChunks(message).next()).toBeUndefined();
});
