import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** A quantity by a thousand, told by the unit at the end of its name: `carbonG / 1000`. */
const CONVERSION = /(?:Ms|Seconds|G|Kg|Watts|grams|milliwatts)\)*!?\)* [*/] (?:1000|1_000|1e3)\b/

const ELSEWHERE: Readonly<Record<string, string>> = {
  'services/planning/verify-plan.ts': 'shares nothing with the planner, not even this',
  'services/dashboard/src/figures/quantity.ts': 'chooses the unit by the size',
  'services/dashboard/src/figures/instant.ts': 'takes no code of the service',
}

it('converts every unit in one file', () => {
  const files = ['services', 'workers']
    .flatMap((root) =>
      readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path)),
    )
    .filter((path) => /\.tsx?$/.test(path))
  expect(files.length).toBeGreaterThan(500)
  const converting = files.filter(
    (file) =>
      file !== 'services/domain/units.ts' &&
      readFileSync(file, 'utf8')
        .split('\n')
        .some((line) => CONVERSION.test(line)),
  )
  expect(converting.toSorted()).toEqual(Object.keys(ELSEWHERE).toSorted())
})
