/** Leaves the chunk empty, its memory given back at once, unless that is not its own alone. Node 20 can't. */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (byteLength !== buffer.byteLength || !('transfer' in buffer)) return;
  if (typeof buffer.transfer === 'function') Reflect.apply(buffer.transfer, buffer, [0]);
}
