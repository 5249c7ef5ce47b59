import { expect, it } from 'vitest'
import { csvTable } from '../../services/api/csv-of.ts'

it('writes texts that no spreadsheet takes for a formula, and numbers as they are', () => {
  const lines = [
    ['who', 'grams'],
    ['=HYPERLINK("x")', -1],
    ['@x', undefined],
  ]
  expect(csvTable(lines)).toBe('who,grams\n"\'=HYPERLINK(""x"")",-1\n\'@x,\n')
})
