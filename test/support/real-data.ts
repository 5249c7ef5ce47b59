import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'

/** The folder of recorded grid series, request traces and measured runs. */
export const dataRoot =
  process.env.GRIDTIDE_DATA ?? join(import.meta.dirname, '../../../shared/data')

export const hasRealData = existsSync(dataRoot)

export const readRealData = (path: string): string => readFileSync(join(dataRoot, path), 'utf8')

/**
 * A suite on recorded data. Where the folder is absent it is skipped and says so; in CI an absent
 * folder is a failure, so that the suite can't fall silent there.
 */
export function describeWithRealData(title: string, suite: () => void): void {
  if (hasRealData) describe(title, suite)
  else if (process.env.CI === 'true') {
    it(`${title}: GRIDTIDE_DATA`, () => {
      throw new Error(`recorded data not found at ${dataRoot}; set GRIDTIDE_DATA`)
    })
  } else describe.skip(`${title} (no recorded data: set GRIDTIDE_DATA)`, suite)
}
