import { elfProgram } from '../preflight/probe.ts';

/**
 * A program that carries bytes between its own stdin and stdout and a port of 127.0.0.1: run in the network of a container, it asks the
 * service that listens there, whatever network the container has, and needs nothing of the image. It sends all of stdin, gives up to eight
 * reads of the answer, and ends with 0, or with the `errno` of the connection (111: nothing listens there).
 *
 * As C:
 *
 *     int s = socket(AF_INET, SOCK_STREAM, 0), n, left = 8;
 *     if ((n = connect(s, &address, 16)) < 0) exit(-n);
 *     char buffer[8192];
 *     while ((n = read(0, buffer, 8192)) > 0) write(s, buffer, n);
 *     while (left-- > 0 && (n = read(s, buffer, 8192)) > 0) write(1, buffer, n);
 *     exit(0);
 */
const relays: Readonly<Record<string, string>> = {
  amd64: [
    'b829000000bf02000000be0100000031d20f0589c389c7488d3572000000ba10000000b82a0000000f0585c078574881ec00200000',
    '31ff4889e6ba0020000031c00f0585c07e1089c289df4889e6b8010000000f05ebdebd0800000089df4889e6ba0020000031c00f05',
    '85c07e1589c2bf010000004889e6b8010000000f05ffcd75d931c0f7d889c7b83c0000000f05',
  ].join(''),
  arm64: [
    '400080d2210080d2020080d2c81880d2010000d4f30300aae1040010020280d2681980d2010000d41f0000f1eb030054ff0b40d1',
    '000080d2e1030091020084d2e80780d2010000d41f0000f1ed000054e20300aae00313aae1030091080880d2010000d4f4ffff17',
    '140180d2e00313aae1030091020084d2e80780d2010000d41f0000f10d010054e20300aa200080d2e1030091080880d2010000d4',
    '940600f161feff54000080d2e00300cba80b80d2010000d4',
  ].join(''),
  ppc64le: [
    '02006038010080380000a0384601003802000044781b7f7c05000048a602887ca00084381000a03848010038020000448400834100e02138',
    '00006038780b247c0020a0380300003802000044240083410000232c1c008140781b657c78fbe37f780b247c0400003802000044ccffff4b',
    '0800c03b78fbe37f780b247c0020a0380300003802000044280083410000232c20008140781b657c01006038780b247c0400003802000044',
    'ffffde37c8ff8240000060380100003802000044',
  ].join(''),
  s390x: [
    'a7290002a7390001a7490000a71901670a00b90400a2c0300000003da7490010a719016a0a00b9020022a7440030a7fbe000',
    'a7290000b904003fa74920000a03b9020022a7c4000bb9040042b904002ab904003f0a04a7f4ffee',
    'a7990008b904002ab904003fa74920000a03b9020022a7c4000bb9040042a7290001b904003f0a04a797ffeea7290000b90300220a01',
  ].join(''),
  riscv64: [
    '1305200093051000130600009308600c73000000130405009705000093858509130600019308b00c73000000634c0506b722000033015140',
    '1305000093050100372600009308f00373000000635ea00013060500130504009305010093080004730000006ff05ffd',
    '930480001305040093050100372600009308f003730000006350a00213060500130510009305010093080004730000009384f4ffe39804fc',
    '130500003305a0409308d00573000000',
  ].join(''),
};

/** AF_INET, in the byte order of the machine. */
const family: Readonly<Record<string, string>> = { s390x: '0002' };

/** What `connect` says where nothing listens. */
export const connectionRefused = 111;

/** The relay to a port, or `undefined` for a machine that there is none for. */
export function relayProgram(architecture: string, port: number): Buffer | undefined {
  const code = Object.hasOwn(relays, architecture) ? relays[architecture] : undefined;
  if (code === undefined) return undefined;
  // https://man7.org/linux/man-pages/man7/ip.7.html: sockaddr_in, which stands right behind the code.
  const address = Buffer.alloc(16);
  address.write(family[architecture] ?? '0200', 0, 'hex');
  address.writeUInt16BE(port, 2);
  address.set([127, 0, 0, 1], 4);
  return elfProgram(architecture, Buffer.concat([Buffer.from(code, 'hex'), address]));
}
