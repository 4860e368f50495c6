/** The bundler gives a compiled module for a Wasm file: workerd compiles none at run time. */
declare module "*.wasm" {
  const module: WebAssembly.Module;

  export { module as default };
}
