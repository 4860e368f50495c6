/**
 * Gives the memory of dead arrays back at once: their buffers are detached, so the arrays, and all views of the same buffers, have
 * length 0 from then on. V8 frees buffers only when it collects, and buffers hardly make it collect: up to 64 MB of dead ones pile up,
 * half of what an isolate has. To be called by whoever owns an array of 100 KB and more that it will not read again.
 */
export function discard(...dead: readonly ArrayBufferView[]): void {
  for (const { buffer } of dead) {
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  }
}

/** Of a run's outputs, of a part, of feeds. */
export function discardTensors(dead: Readonly<Record<string, { data: ArrayBufferView }>>): void {
  discard(...Object.values(dead).map(({ data }) => data));
}
