// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { InvalidInput } from '../../services/domain/errors.ts'
import { parseFleet } from '../../services/fleet/index.ts'
import { caseCount, patienceMs } from '../support/case-count.ts'

const SOURCES = [
  'config/examples/two-regions.yaml',
  'config/examples/global.yaml',
  'test/fixtures/fleet/small.yaml',
].map((file) => readFileSync(file, 'utf8'))
const DOCUMENTS: readonly unknown[] = SOURCES.map((source) => parse(source))

/** Parses, and insists that a refusal is ours, says where, and never leaves a half-read fleet. */
function survives(text: string): 'read' | 'refused' {
  try {
    const fleet = parseFleet(text, { fileName: 'mutated.yaml' })
    expect(fleet.gridtide).toBe(1)
    return 'read'
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    expect(error.issues.length).toBeGreaterThan(0)
    for (const { path, message } of error.issues) {
      expect(path).toMatch(/^(\/[^/]*)*$/)
      expect(message).not.toBe('')
    }
    return 'refused'
  }
}

type Step = string | number
interface Slot {
  readonly parent: Record<Step, unknown>
  readonly key: Step
}

/** Every place of a document that can be changed. */
function slotsOf(value: unknown): Slot[] {
  if (typeof value !== 'object' || value === null) return []
  const parent = value as Record<Step, unknown>
  const keys: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return keys.flatMap((key) => [{ parent, key }, ...slotsOf(parent[key])])
}

function change({ parent, key }: Slot, verb: string, value: unknown): void {
  if (verb === 'rename' && typeof key === 'string') parent[`${key}x`] = parent[key]
  if (verb === 'set') parent[key] = value
  else Reflect.deleteProperty(parent, key)
}

const rubbish = fc.oneof(
  fc.anything({ maxDepth: 2, withBigInt: false }),
  fc.constantFrom(
    null,
    -1,
    0,
    1e308,
    Number.NaN,
    '',
    '${env:X}',
    '__proto__',
    [],
    {},
    true,
    'auto',
  ),
)

// Together well over 1,000 files; a busy machine may need a minute.
describe('mutated fleets', { timeout: patienceMs(120_000, 600) }, () => {
  test('changed values are read or refused with their place', () => {
    const outcomes = { read: 0, refused: 0 }
    fc.assert(
      fc.property(
        fc.constantFrom(...DOCUMENTS),
        fc.array(fc.tuple(fc.nat(), rubbish, fc.constantFrom('set', 'delete', 'rename')), {
          minLength: 1,
          maxLength: 4,
        }),
        (whole, changes) => {
          const document = structuredClone(whole)
          for (const [pick, value, verb] of changes) {
            const slots = slotsOf(document)
            change(slots[pick % slots.length]!, verb, value)
          }
          outcomes[survives(asYaml(document))] += 1
        },
      ),
      { numRuns: caseCount(600), seed: 7 },
    )
    expect(outcomes.refused).toBeGreaterThan(caseCount(600) / 2)
    expect(outcomes.read).toBeGreaterThan(0)
  })

  test('changed characters are read or refused with their place', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SOURCES),
        fc.array(
          fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.string({ unit: 'binary', maxLength: 6 })),
          { minLength: 1, maxLength: 5 },
        ),
        (source, edits) => {
          let text = source
          for (const [at, length, insert] of edits) {
            const start = at % (text.length + 1)
            text = text.slice(0, start) + insert + text.slice(start + length)
          }
          survives(text)
        },
      ),
      { numRuns: caseCount(400), seed: 11 },
    )
  })

  test('lines lost, doubled or indented wrongly are read or refused with their place', () => {
    for (const source of SOURCES) {
      const lines = source.split('\n')
      for (const [index, line] of lines.entries()) {
        survives(lines.toSpliced(index, 1).join('\n'))
        survives(lines.toSpliced(index, 0, line).join('\n'))
        survives(lines.with(index, ` ${line}`).join('\n'))
      }
    }
  })
})

/** Rubbish may hold what YAML has no word for; then its text stands in. */
function asYaml(document: unknown): string {
  try {
    return stringify(document)
  } catch {
    return JSON.stringify(document)
  }
}
