import { readFileSync } from 'node:fs'
import { InvalidInput } from '../domain/errors.ts'

/**
 * Text of a file that a person named.
 *
 * @throws InvalidInput saying why it cannot be read
 */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InvalidInput(`cannot read ${file}: ${code === 'ENOENT' ? 'no such file' : code}`)
  }
}

/**
 * What a JSON file holds, unchecked.
 *
 * @throws InvalidInput where it cannot be read, or is no JSON
 */
export function readJson(file: string): unknown {
  const text = readText(file)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidInput(`${file}: no JSON: ${(error as Error).message}`)
  }
}

/** What is read of a file's content; a complaint about it begins with the file's name. */
export function namingFile<Value>(file: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw new InvalidInput(`${file}: ${error.message}`, error.issues, { cause: error })
  }
}
