import { describe, expect, test } from '@jest/globals';
import { classifyAddress, classifyHost, mayLeadTo, type AddressClass } from '../../src/registry/address.ts';
import { blockedAddress, guardedLookup, systemNetwork, type Network } from '../../src/registry/lookup.ts';

describe('classifyAddress', () => {
  const table: [string, AddressClass][] = [
    ['8.8.8.8', 'public'],
    ['2606:4700::6810:85e5', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['[::1]', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fec0::1', 'private'],
    ['169.254.169.254', 'forbidden'],
    ['100.100.100.200', 'forbidden'],
    ['fd00:ec2::254', 'forbidden'],
    ['fe80::1', 'forbidden'],
    ['fe80::1%eth0', 'forbidden'],
    ['0.0.0.0', 'forbidden'],
    ['0.1.2.3', 'forbidden'],
    ['::', 'forbidden'],
    ['224.0.0.1', 'forbidden'],
    ['255.255.255.255', 'forbidden'],
    ['not an address', 'forbidden'],
    ['::ffff:169.254.169.254', 'forbidden'],
    ['::ffff:7f00:1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::169.254.169.254', 'forbidden'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['2002:a9fe:a9fe::', 'forbidden'],
    ['2002:7f00:1::1', 'loopback'],
    ['2001:0:7f00:1::', 'private'],
  ];
  test.each(table)('%s is %s', (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });
});

test.each([
  ['localhost', 'loopback'],
  ['LOCALHOST.', 'loopback'],
  ['registry.localhost', 'loopback'],
  ['[::1]', 'loopback'],
  ['localhost.example.com', undefined],
  ['quay.io', undefined],
])('classifyHost(%s) is %s without DNS', (host, expected) => {
  expect(classifyHost(host)).toBe(expected);
});

test.each<[AddressClass, AddressClass[]]>([
  ['public', ['public']],
  ['private', ['public', 'private']],
  ['loopback', ['public', 'private', 'loopback']],
])('a %s host may lead to %s and nowhere else', (from, allowed) => {
  const all: AddressClass[] = ['public', 'private', 'loopback', 'forbidden'];
  expect(all.filter((to) => mayLeadTo(from, to))).toEqual(allowed);
});

describe('guardedLookup', () => {
  const resolveTo = (...addresses: string[]): Network => ({
    ...systemNetwork,
    resolve: (_host, _options, callback) => {
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  });
  const publicOnly = (to: AddressClass) => to === 'public';

  test('a name that leads to the metadata service does not lead there', () => {
    guardedLookup(publicOnly, resolveTo('169.254.169.254'))('evil.example', {}, (error) => {
      expect(error).toMatchObject({ code: blockedAddress, message: 'evil.example leads to 169.254.169.254' });
    });
    expect.assertions(1);
  });

  test('of several addresses the allowed ones are left', () => {
    guardedLookup(publicOnly, resolveTo('10.0.0.1', '8.8.8.8'))(
      'mixed.example',
      { all: true },
      (error, addresses) => {
        expect(error).toBeNull();
        expect(addresses).toEqual([{ address: '8.8.8.8', family: 4 }]);
      },
    );
    guardedLookup(publicOnly, resolveTo('10.0.0.1', '8.8.8.8'))(
      'mixed.example',
      {},
      (_error, address, family) => {
        expect([address, family]).toEqual(['8.8.8.8', 4]);
      },
    );
    expect.assertions(3);
  });
});
