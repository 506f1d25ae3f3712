import { describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { startFakeProxy } from '../support/fake-proxy.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';

function tunnel(proxy: string, target: string): Promise<{ status: number | undefined; socket: Socket }> {
  const { username, password, host } = new URL(proxy);
  const headers =
    username === ''
      ? {}
      : { 'proxy-authorization': `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  return new Promise((resolve, reject) => {
    const asked = request(`http://${host}`, { method: 'CONNECT', path: target, headers });
    asked.once('connect', (answer, socket: Socket) => {
      resolve({ status: answer.statusCode, socket });
    });
    asked.once('error', reject);
    asked.end();
  });
}

describe('the fake proxy', () => {
  test('makes a tunnel to a registry', async () => {
    await using registry = await startFakeRegistry();
    await using proxy = await startFakeProxy({ credentials: 'me:secret' });
    const { status, socket } = await tunnel(proxy.url, registry.host);
    socket.write('GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const text = (await socket.toArray()).join('');
    expect([status, text.startsWith('HTTP/1.1 200')]).toEqual([200, true]);
    expect(proxy.tunnels).toEqual([registry.host]);
    expect(proxy.headerNames).toContain('proxy-authorization');
  });

  test.each([
    [407, { credentials: 'me:secret' }],
    [502, { refuse: 502 }],
  ])('refuses with %d', async (status, options) => {
    await using proxy = await startFakeProxy(options);
    const answer = await tunnel(proxy.url.replace(/\/\/.*@/, '//'), 'registry.example:443');
    expect(answer.status).toBe(status);
  });
});
