import { compiledOnce } from '../../services/platform/compiled-once.ts'

let compilations = 0
const compile = WebAssembly.compile
WebAssembly.compile = (code) => {
  compilations++
  return compile(code)
}

/** Asks twice for what a file was compiled to, in a thread; how often that was compiled there. */
export async function task(url: string): Promise<{ compilations: number; isSame: boolean }> {
  const [one, other] = [await compiledOnce(url), await compiledOnce(url)]
  return { compilations, isSame: one === other }
}
