/**
 * Counts the isolate's Wasm memory, which the inspector leaves out: ONNX Runtime's is shared, so V8 books it nowhere. To be imported
 * before a memory is made.
 */
const memories: WebAssembly.Memory[] = [];
const Native = WebAssembly.Memory;

WebAssembly.Memory = class extends Native {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
};

/** Of all memories so far: they never shrink. */
export function wasmBytes(): number {
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
