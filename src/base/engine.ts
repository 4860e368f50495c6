/** What runs an ONNX graph. Rooms that compute take one from outside; `runtime` makes it from ONNX Runtime. */
export interface Engine {
  /**
   * Rejects when the bytes are not a graph that the engine can run. It keeps none of them. `quickly`: the graph is run as it is written, and none that
   * does the same in less time is looked for.
   */
  load(model: Uint8Array, how?: { quickly?: boolean }): Promise<Session>;
}

export interface Session {
  /** The outputs are the caller's: nothing else reads them, so they may be discarded. The feeds stay as they are. */
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  /** Frees the engine's memory; the session must not be used afterwards. */
  release(): Promise<void>;
}

export type Tensor =
  | { type: "float32"; dims: readonly number[]; data: Float32Array }
  | { type: "int64"; dims: readonly number[]; data: BigInt64Array }
  | { type: "int32"; dims: readonly number[]; data: Int32Array }
  | { type: "uint16"; dims: readonly number[]; data: Uint16Array }
  | { type: "int8"; dims: readonly number[]; data: Int8Array }
  | { type: "uint8"; dims: readonly number[]; data: Uint8Array }
  | { type: "bool"; dims: readonly number[]; data: Uint8Array };
