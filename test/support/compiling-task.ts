import { compiledOnce } from '../../services/platform/compiled-once.ts'
import { openSolver } from '../../services/wiring/open-solver.ts'

let compilations = 0
const seen = WebAssembly as unknown as Record<
  string,
  (code: unknown, ...more: unknown[]) => unknown
>
for (const name of ['compile', 'instantiate']) {
  const original = seen[name]!
  seen[name] = (code, ...more) => {
    if (ArrayBuffer.isView(code) || code instanceof ArrayBuffer) compilations++
    return original(code, ...more)
  }
}

/** In a thread: asks twice for what a file was compiled to, and how often that was compiled here. */
export async function task(
  input: { readonly url: string } | { readonly solver: true },
): Promise<{ compilations: number; isSame: boolean }> {
  const ask = () => ('url' in input ? compiledOnce(input.url) : openSolver())
  const [one, other] = [await ask(), await ask()]
  return { compilations, isSame: one === other }
}
