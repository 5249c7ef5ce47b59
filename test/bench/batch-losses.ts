/**
 * Where is what perfect foresight would have saved, and we did not? `npm run bench:batch-losses [hours] [kind]`
 *
 * The jobs of `bench:batch`, placed by the same scheduler on better and better knowledge: the
 * forecasts as they stood, those after a correction learnt from all other weeks, later ones included,
 * the next hours told in advance, and the whole truth. The last line is JSON.
 *
 * @param hours between two jobs, 61 unless told
 * @param kind of job; all unless told
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordedZones } from '../support/recorded-zones.ts'
import { captured, KINDS } from './batch/captured.ts'
import { hindsight, toldAhead } from './batch/hindsight.ts'
import { zoneForecasts } from './batch/zone-forecasts.ts'
import { writeSection } from './write-section.ts'

const dataFolder = process.env.GRIDTIDE_DATA ?? '../shared/data'
const [hours = '61', only] = process.argv.slice(2)
const actuals = readFileSync(join(dataFolder, 'grid/carboncast_actuals_2020_2021.csv'), 'utf8')
const forecasts = readFileSync(join(dataFolder, 'grid/carbon_forecast.csv'), 'utf8')
const TOLD_HOURS = [6, 12, 24]
const STEPS = [
  'forecasts',
  'learnt from all other weeks',
  ...TOLD_HOURS.map((told) => `${told} h told`),
  'all told',
]

const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`
const round = (value: number) => Number(value.toFixed(1))
const kinds = KINDS.filter(({ name }) => only === undefined || name === only)
const sharesOf = new Map(kinds.map(({ name }) => [name, new Map<string, readonly number[]>()]))

for (const recorded of recordedZones(forecasts, actuals)) {
  const zone = zoneForecasts(recorded)
  const known = zone.at
  const knowledge = [
    known,
    hindsight(zone, known),
    ...TOLD_HOURS.map((told) => toldAhead(zone, known, told)),
    () => zone.truth,
  ]
  for (const kind of kinds) {
    const shares = knowledge.map((each) => {
      const { runNowG, perfectG, oursG } = captured(zone, kind, Number(hours), each)
      return (100 * (runNowG - oursG)) / (runNowG - perfectG)
    })
    sharesOf.get(kind.name)!.set(zone.zone, shares)
    console.log(kind.name, row(zone.zone, ...shares.map(round)))
  }
}

const meansOf = (shares: readonly (readonly number[])[]) =>
  STEPS.map((_, at) => round(shares.reduce((sum, of) => sum + of[at]!, 0) / shares.length))
const means = new Map([...sharesOf].map(([kind, zones]) => [kind, meansOf([...zones.values()])]))
for (const [kind, zones] of sharesOf) {
  const words = [
    `Share of the saving of perfect foresight, %, every ${hours} h a job. What is lost between one column and the next is lost for want of that knowledge; what is lost in the last is lost to the rounding of work into quanta and to planning by the hour. Restarts cost every column the same. The second column corrects the forecasts by weights learnt from every other week, later ones included: nobody could have had them.`,
    '',
    row('zone', ...STEPS),
    row(...new Array(STEPS.length + 1).fill('---')),
    ...[...zones].map(([zone, shares]) => row(zone, ...shares.map(round))),
    row('mean', ...means.get(kind)!),
  ]
  writeSection(
    `What batch jobs lose, by cause: ${kind}`,
    `npm run bench:batch-losses -- ${hours} ${kind}`,
    words,
  )
}
console.log(
  JSON.stringify({
    bench: 'batch-losses',
    captured: Object.fromEntries(
      [...means].map(([kind, values]) => [
        kind,
        Object.fromEntries(STEPS.map((step, at) => [step, values[at]!])),
      ]),
    ),
  }),
)
