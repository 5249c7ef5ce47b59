import { Compile } from 'typebox/compile'
import { type FieldIssue, InvalidInput } from '../domain/errors.ts'
import { checkMeaning } from './check-meaning.ts'
import { deprecatedFields } from './deprecated-fields.ts'
import type { JsonSchema } from './json-schema.ts'
import type { KnownNames } from './known-names.ts'
import { parseYaml } from './parse-yaml.ts'
import { readValue } from './read-value.ts'
import { type Fleet, FleetSchema } from './schema/fleet.ts'

const compiled = Compile(FleetSchema)

export interface ParseFleetOptions {
  /** For messages only; nothing is read. */
  readonly fileName: string
  readonly known?: KnownNames
  /** Told about each field that is deprecated, with its place. */
  readonly warn?: (issue: FieldIssue) => void
}

/**
 * Reads a fleet file: syntax, shape, then meaning. Whatever section has the right shape is checked
 * for meaning even where another has not, so that one run shows all there is to mend.
 *
 * @param text YAML or JSON
 * @returns the fleet with every default filled in
 * @throws InvalidInput whose issues are every mistake found, each with its path, line and column
 */
export function parseFleet(text: string, { fileName, known = {}, warn }: ParseFleetOptions): Fleet {
  const { value, positionOf } = parseYaml(text, fileName)
  const issues: FieldIssue[] = []
  const read = readValue(FleetSchema as JsonSchema, value, '', (issue) => issues.push(issue))
  const broken = new Set(issues.map(({ path }) => path.split('/')[1]))
  if (!broken.has(undefined)) issues.push(...checkMeaning(read as Fleet, known, broken))
  if (issues.length > 0) throw refusal(fileName, issues, positionOf)
  for (const issue of warn ? deprecatedFields(FleetSchema as JsonSchema, value) : []) {
    warn?.({ ...issue, ...positionOf(issue.path) })
  }
  if (!compiled.Check(read)) throw new InvalidInput(`${fileName}: does not fit the fleet schema`)
  return read
}

function refusal(
  fileName: string,
  issues: readonly FieldIssue[],
  positionOf: (pointer: string) => { line: number; column: number },
): InvalidInput {
  const placed = issues.map((issue) => ({ ...issue, ...positionOf(issue.path) }))
  placed.sort((a, b) => a.line - b.line || a.column - b.column)
  const count = placed.length === 1 ? '1 mistake' : `${placed.length} mistakes`
  return new InvalidInput(`${fileName}: ${count}`, placed)
}
