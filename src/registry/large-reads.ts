import type { Agent, ClientRequestArgs } from 'node:http';
import type { OnReadOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** A quarter of the calls, events and promises that Node's own 64 KiB cost; more brings nothing. */
const readBytes = 256 * 1024;

/**
 * Connections that read into memory of their own, again and again. Node's HTTP parser copies each body out of it, and is
 * done with it when the event is over. https://nodejs.org/api/net.html#new-netsocketoptions
 */
export function readingLarge<T extends Agent>(agent: T): T {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options: ClientRequestArgs, callback?) => {
    // A byte more than is read, so that nobody who gives chunks back takes it for one.
    const buffer = new Uint8Array(new ArrayBuffer(readBytes + 1), 0, readBytes);
    const onread: OnReadOpts = {
      buffer,
      callback: (length, bytes) => {
        socket?.emit('data', Buffer.from(bytes.buffer, bytes.byteOffset, length));
        return true;
      },
    };
    const socket: Duplex | null | undefined = connect({ ...options, onread } as ClientRequestArgs, callback);
    return socket;
  };
  return agent;
}
