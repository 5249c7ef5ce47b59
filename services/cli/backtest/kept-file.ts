import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** @returns what `writeKept` wrote, as `revive` takes it; undefined where there is nothing whole */
export async function readKept<Kept, Value>(
  file: string,
  revive: (kept: Kept) => Value,
): Promise<Value | undefined> {
  try {
    return revive(JSON.parse(await readFile(file, 'utf8')) as Kept)
  } catch {
    // Absent or cut short: then it is made again.
    return undefined
  }
}

/** Keeps a value as JSON, under another name until it is whole. */
export async function writeKept(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(value))
  await rename(`${file}.new`, file)
}
