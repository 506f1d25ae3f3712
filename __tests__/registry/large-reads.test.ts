import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { readingLarge } from '../../src/registry/large-reads.ts';

const body = Buffer.alloc(3_000_000, 'what a registry sends ');

test('bodies come in larger pieces than the 64 KiB of Node, and none is overwritten by what is read after it', async () => {
  await using server = http.createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = readingLarge(new http.Agent({ keepAlive: true }));
  for (const reused of [false, true]) {
    const { port } = server.address() as AddressInfo;
    const request = http.get({ host: '127.0.0.1', port, agent });
    const [message] = (await once(request, 'response')) as [http.IncomingMessage];
    const { socket } = message;
    const raw: number[] = [];
    const count = ({ byteLength }: Buffer) => raw.push(byteLength);
    socket.on('data', count);
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    socket.off('data', count);
    expect(request.reusedSocket).toBe(reused);
    expect(Buffer.concat(parts).equals(body)).toBe(true);
    expect(Math.max(...raw)).toBeGreaterThan(64 * 1024);
  }
  agent.destroy();
});

test('a connection that can not be made fails as it does without', async () => {
  const agent = readingLarge(new http.Agent());
  const request = http.get({ host: '127.0.0.1', port: 1, agent });
  await expect(once(request, 'response')).rejects.toThrow('ECONNREFUSED');
});
