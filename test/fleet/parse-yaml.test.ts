import { describe, expect, test } from 'vitest'
import { type FieldIssue, InvalidInput } from '../../services/domain/errors.ts'
import { parseFleet } from '../../services/fleet/index.ts'

function issuesOf(text: string): readonly FieldIssue[] {
  try {
    parseFleet(text, { fileName: 'fleet.yaml' })
    return []
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.issues
  }
}

describe('what is no YAML', () => {
  test.each([
    ['a name twice', 'gridtide: 1\nname: a\nname: b', /unique/, 3],
    ['a tab', 'regions:\n\t- id: a', /./, 2],
    ['an unknown tag', 'name: !!js/function "x"', /tag/, 1],
    ['a list as a name', '? [a]\n: 1', /string/, 1],
  ])('%s is refused with its place', (_name, text, message, line) => {
    const [issue] = issuesOf(text)
    expect(issue).toMatchObject({ path: '', line })
    expect(issue?.message).toMatch(message)
  })

  test('an alias bomb is refused', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const previous = level === 0 ? '"x"' : `*l${level - 1}`
      return `l${level}: &l${level} [${Array(9).fill(previous).join(', ')}]`
    })
    expect(issuesOf(levels.join('\n'))[0]?.message).toMatch(/alias/i)
  })

  test('an alias inside its own anchor, or to nowhere, is refused', () => {
    expect(issuesOf('name: &a [*a]').length).toBeGreaterThan(0)
    expect(issuesOf('name: *nowhere').length).toBeGreaterThan(0)
  })

  test('bottomless nesting and endless text are refused', () => {
    expect(issuesOf('['.repeat(200_000))[0]?.message).toMatch(/nested too deeply/)
    expect(issuesOf('#'.repeat(2_000_001))[0]?.message).toMatch(/longer/)
  })

  test.each(['', '# nothing', '42', '[]', 'null'])('%j is no fleet', (text) => {
    expect(issuesOf(text).length).toBeGreaterThan(0)
  })
})
