import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sampleIn, samplePlan, wordsOf } from './sample-plan.ts'

/** Beyond this the README tells of another planner; a change of rounding or of a solver is less. */
const TOLERANCE = 0.1
/** Of a percentage, which is small beside its own changes. */
const POINTS = 3

test('the plan in the README is what its command prints; npm run docs:readme prints it anew', async () => {
  const shown = wordsOf(sampleIn(readFileSync('README.md', 'utf8')))
  const printed = wordsOf(await samplePlan())
  const headline = printed.indexOf('zone')
  expect(bare(shown)).toEqual(bare(printed))
  for (const [index, word] of shown.slice(0, headline).entries()) {
    const [was, is] = [Number.parseFloat(word), Number.parseFloat(printed[index]!)]
    // How long the solve took is of the machine.
    if (Number.isNaN(was) || printed[index + 1] === 's)') continue
    expect(
      Math.abs(was - is),
      `${word} was shown, ${printed[index]} is printed`,
    ).toBeLessThanOrEqual(Math.max(POINTS, TOLERANCE * Math.abs(is)))
  }
})

/** Its words up to the first window, every number the same. */
const bare = (words: readonly string[]): readonly string[] =>
  words.slice(0, words.indexOf('UTC') + 3).map((word) => word.replaceAll(/\d+(\.\d+)?/g, 'N'))
