/** The bundler gives a compiled module for a Wasm file: workerd compiles none at run time. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  // biome-ignore lint/style/noDefaultExport: it is how bundlers hand a module over
  export default module;
}
