/**
 * Where is what perfect foresight would have saved, and we did not? `npm run bench:batch-losses [hours] [kind]`
 *
 * The jobs of `bench:batch`, placed by the same scheduler on better and better knowledge: the vendor's
 * forecasts as they were issued, ours as they stood, those after a correction learnt from all other
 * weeks, later ones included, the next hours told in advance, and the whole truth. Below the zones: the
 * mean over those whose forecast had skill at the end of September, by two tests, with all jobs and with
 * those of later weeks alone, which neither test has seen. The last line is JSON.
 *
 * @param hours between two jobs, 61 unless told
 * @param kind of job; all unless told
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordedZones } from '../support/recorded-zones.ts'
import { asIssued } from './batch/as-issued.ts'
import { captured, KINDS } from './batch/captured.ts'
import { hindsight, toldAhead } from './batch/hindsight.ts'
import { beatsNaive } from './batch/plain-skill.ts'
import { zoneForecasts } from './batch/zone-forecasts.ts'
import { writeSection } from './write-section.ts'

const dataFolder = process.env.GRIDTIDE_DATA ?? '../shared/data'
const [hours = '61', only] = process.argv.slice(2)
const actuals = readFileSync(join(dataFolder, 'grid/carboncast_actuals_2020_2021.csv'), 'utf8')
const forecasts = readFileSync(join(dataFolder, 'grid/carbon_forecast.csv'), 'utf8')
const TOLD_HOURS = [3, 6, 12, 24]
const STEPS = [
  'as issued',
  'ours',
  'learnt from all other weeks',
  ...TOLD_HOURS.map((told) => `${told} h told`),
  'all told',
]

/** Tests of skill see what came before it; it splits the weeks as `bench:forecast` does. */
const SKILL_SEEN_HOUR = Date.parse('2021-10-01T00:00Z') / 3_600_000

const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`
const round = (value: number) => Number(value.toFixed(1))
const kinds = KINDS.filter(({ name }) => only === undefined || name === only)

interface Row {
  readonly zone: string
  /** By step, of jobs of all weeks and of those that no test of skill has seen. */
  readonly all: readonly number[]
  readonly later: readonly number[]
  readonly skilled: { readonly byProduct: boolean; readonly byPlainTest: boolean }
}
const rowsOf = new Map(kinds.map(({ name }): [string, Row[]] => [name, []]))

for (const recorded of recordedZones(forecasts, actuals)) {
  const zone = zoneForecasts(recorded)
  const known = zone.at
  const knowledge = [
    asIssued(recorded, zone),
    known,
    hindsight(zone, known),
    ...TOLD_HOURS.map((told) => toldAhead(zone, known, told)),
    () => zone.truth,
  ]
  for (const kind of kinds) {
    const shares = (fromHour?: number) =>
      knowledge.map((each) => {
        const { runNowG, perfectG, oursG } = captured(zone, kind, Number(hours), each, fromHour)
        return (100 * (runNowG - oursG)) / (runNowG - perfectG)
      })
    const skilled = {
      byProduct: zone.skilled(SKILL_SEEN_HOUR, kind.withinHours / 24),
      byPlainTest: beatsNaive(zone, kind.withinHours, SKILL_SEEN_HOUR),
    }
    const found = { zone: zone.zone, all: shares(), later: shares(SKILL_SEEN_HOUR), skilled }
    rowsOf.get(kind.name)!.push(found)
    console.log(kind.name, row(zone.zone, ...found.all.map(round)), skilled)
  }
}

const meansOf = (rows: readonly Row[], weeks: 'all' | 'later') =>
  STEPS.map((_, at) => round(rows.reduce((sum, of) => sum + of[weeks][at]!, 0) / rows.length))
const json: Record<string, object> = {}
for (const [kind, rows] of rowsOf) {
  const groups: readonly (readonly [string, readonly Row[]])[] = [
    ['all zones', rows],
    ["skill by the product's test", rows.filter(({ skilled }) => skilled.byProduct)],
    ['skill by the plain test', rows.filter(({ skilled }) => skilled.byPlainTest)],
  ]
  const words = [
    `Share of the saving of perfect foresight, %, every ${hours} h a job, by what is known. "As issued" is the vendor's forecast alone; "ours" is that after blend and nowcast, with no hour told. What is lost between one column and the next is lost for want of that knowledge; what is lost in the last is lost to the rounding of work into quanta and to planning by the hour. Restarts cost every column the same. "Learnt from all other weeks" corrects the forecasts by weights learnt from every other week, later ones included: nobody could have had them.`,
    '',
    row('zone', ...STEPS),
    row(...new Array(STEPS.length + 1).fill('---')),
    ...rows.map(({ zone, all }) => row(zone, ...all.map(round))),
    ...groups.flatMap(([name, those]) => [
      row(`mean, ${name} (${those.length})`, ...meansOf(those, 'all')),
      row(`the same, jobs from October on`, ...meansOf(those, 'later')),
    ]),
    '',
    `Skill is tested on what came before October. The product's test: did placing a four-hour job by past forecasts save, on every day that a job may wait? The plain test, written down before it was first run: were they nearer, in mean absolute error, than the same hour of the day before and than the climatology? No skill by the plain test: ${
      rows
        .filter(({ skilled }) => !skilled.byPlainTest)
        .map(({ zone }) => zone)
        .join(', ') || 'none'
    }.`,
  ]
  writeSection(
    `What batch jobs lose, by cause: ${kind}`,
    `npm run bench:batch-losses -- ${hours} ${kind}`,
    words,
  )
  const named = (values: readonly number[]) =>
    Object.fromEntries(STEPS.map((step, at) => [step, values[at]!]))
  json[kind] = Object.fromEntries(
    groups.map(([name, those]) => [
      name,
      {
        zones: those.length,
        all: named(meansOf(those, 'all')),
        later: named(meansOf(those, 'later')),
      },
    ]),
  )
}
console.log(JSON.stringify({ bench: 'batch-losses', captured: json }))
