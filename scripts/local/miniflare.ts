/** The shape of a module that Miniflare takes; its own type is generated and does not say so plainly. */
export interface ModuleDefinition {
  type: "ESModule" | "CompiledWasm" | "Data" | "Text";
  path: string;
  contents: string | Uint8Array;
}
