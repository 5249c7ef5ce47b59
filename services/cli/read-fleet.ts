import { readFile } from 'node:fs/promises'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'
import { type Fleet, parseFleet } from '../fleet/index.ts'
import { knownNames } from '../wiring/models.ts'

/**
 * Reads and checks a fleet file.
 *
 * @param warn told about fields that are deprecated
 * @throws InvalidInput with every mistake, or saying why the file cannot be read
 */
export async function readFleet(file: string, warn?: (issue: FieldIssue) => void): Promise<Fleet> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInput(
      `cannot read ${file}: ${error.code === 'ENOENT' ? 'no such file' : error.code}`,
    )
  })
  return parseFleet(text, { fileName: file, known: knownNames(), ...(warn && { warn }) })
}
