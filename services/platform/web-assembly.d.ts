/** What Node has, and its types leave out. */
declare namespace WebAssembly {
  function compile(code: Uint8Array): Promise<Module>
  class Instance {
    constructor(wasmModule: Module, imports: object)
  }
}
