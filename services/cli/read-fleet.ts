import type { FieldIssue } from '../domain/errors.ts'
import { type Fleet, parseFleet } from '../fleet/index.ts'
import { knownNames } from '../wiring/models.ts'
import { readText } from './read-text.ts'

/**
 * Reads and checks a fleet file.
 *
 * @param warn told about fields that are deprecated
 * @throws InvalidInput with every mistake, or saying why the file cannot be read
 */
export async function readFleet(file: string, warn?: (issue: FieldIssue) => void): Promise<Fleet> {
  return parseFleet(readText(file), { fileName: file, known: knownNames(), ...(warn && { warn }) })
}
