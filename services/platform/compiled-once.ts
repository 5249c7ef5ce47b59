import { readFile } from 'node:fs/promises'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

const compiling = new Map<string, Promise<WebAssembly.Module>>()

/**
 * WebAssembly compiled once a process: for this thread, and every one that it starts afterwards. V8
 * keeps the types of each compilation for as long as the process lives, and compiles each function
 * anew when it is first called.
 *
 * @param url of the file
 * @throws what reading or compiling it throws; the next who asks tries again
 */
export async function compiledOnce(url: string): Promise<WebAssembly.Module> {
  const ours = compiling.get(url) ?? given(url) ?? compile(url)
  compiling.set(url, ours)
  try {
    return await ours
  } catch (error) {
    compiling.delete(url)
    throw error
  }
}

/** By the thread that started this one. */
function given(url: string): Promise<WebAssembly.Module> | undefined {
  const compiled = getEnvironmentData(url)
  return compiled ? Promise.resolve(compiled as WebAssembly.Module) : undefined
}

async function compile(url: string): Promise<WebAssembly.Module> {
  const compiled = await WebAssembly.compile(await readFile(new URL(url)))
  setEnvironmentData(url, compiled)
  return compiled
}
