/**
 * What is shifting batch jobs worth, is it safe, and how fast is it? `npm run bench:batch [jobs] [hours]`
 *
 * Real archived forecasts of 13 zones over 26 weeks (CarbonCast, July to December 2021), as they stood
 * at each hour, through the product's blend and nowcast; real actuals; lengths and sizes of Philly and
 * PAI jobs. Every start costs ten minutes of job power, for every policy. The last line is JSON.
 *
 * @param jobs of the fleet, 100,000 unless told
 * @param hours between two placings of a kind of job, 61 unless told
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordedZones } from '../support/recorded-zones.ts'
import { captured, KINDS, PEERS, type ZoneTotals } from './batch/captured.ts'
import { fleet } from './batch/fleet.ts'
import { planSeconds } from './batch/speed.ts'
import { zoneForecasts } from './batch/zone-forecasts.ts'
import { writeSection } from './write-section.ts'

const dataFolder = process.env.GRIDTIDE_DATA ?? '../shared/data'
const forecastFile = join(dataFolder, 'grid/carbon_forecast.csv')
if (!existsSync(forecastFile)) {
  console.error(`needs ${forecastFile}: set GRIDTIDE_DATA`)
  process.exit(1)
}
const [jobCount = 100_000, everyHours = 61] = process.argv.slice(2).map(Number)
const round = (value: number, digits = 1) => Number(value.toFixed(digits))
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`

const actuals = readFileSync(join(dataFolder, 'grid/carboncast_actuals_2020_2021.csv'), 'utf8')
const zones = recordedZones(readFileSync(forecastFile, 'utf8'), actuals).map(zoneForecasts)
const names = ['ours', ...Object.keys(PEERS)]
const share = ({ runNowG, perfectG }: ZoneTotals, carbonG: number) =>
  (100 * (runNowG - carbonG)) / (runNowG - perfectG)

const totals = fleet(zones, dataFolder, jobCount)
console.log({ ...totals, byZone: Object.fromEntries(totals.byZone) })

const shares: Record<string, Record<string, number>> = {}
const worstZone: Record<string, number> = {}
/** The same means over the zones whose forecast had proof of skill before that instant. */
const SKILL_SEEN_HOUR = Date.parse('2021-10-01T00:00Z') / 3_600_000
const ofSkilled: Record<string, Record<string, number>> = {}
const noSkill: Record<string, string[]> = {}
const lines: string[] = []
for (const kind of KINDS) {
  lines.push('', `${kind.name}: share of the saving of perfect foresight, %`, '')
  lines.push(
    row('zone', 'possible %', ...names, 'late peers'),
    row(...new Array(names.length + 3).fill('---')),
  )
  const all: number[][] = []
  for (const zone of zones) {
    const totals = captured(zone, kind, everyHours)
    const shown = [totals.oursG, ...Object.values(totals.peersG)].map((carbonG) =>
      share(totals, carbonG),
    )
    all.push(shown)
    const possible = 100 * (1 - totals.perfectG / totals.runNowG)
    const late = Object.entries(totals.late).filter(([, count]) => count > 0)
    const lateWords = late.map(([name, count]) => `${name} ${count}/${totals.jobs}`).join(', ')
    lines.push(row(zone.zone, round(possible), ...shown.map((each) => round(each)), lateWords))
    console.log(lines.at(-1))
  }
  const means = names.map((_, at) => mean(all.map((each) => each[at]!)))
  shares[kind.name] = Object.fromEntries(names.map((name, at) => [name, round(means[at]!)]))
  worstZone[kind.name] = round(Math.min(...all.map(([ours]) => ours!)))
  lines.push(row('mean', '', ...means.map((each) => round(each)), ''))
  const days = kind.withinHours / 24
  const skilled = all.filter((_, at) => zones[at]!.skilled(SKILL_SEEN_HOUR, days))
  const skilledMeans = names.map((_, at) => round(mean(skilled.map((each) => each[at]!))))
  ofSkilled[kind.name] = Object.fromEntries(names.map((name, at) => [name, skilledMeans[at]!]))
  noSkill[kind.name] = zones
    .filter((one) => !one.skilled(SKILL_SEEN_HOUR, days))
    .map(({ zone }) => zone)
  lines.push(row(`mean of ${skilled.length} with skill`, '', ...skilledMeans, ''))
  console.log(lines.at(-1))
}

const hour = zones[0]!.firstHour + 60 * 24
const truths = zones.map(({ truth }) => truth)
const of10k = planSeconds(dataFolder, truths, hour, 10_000)
const of100k = planSeconds(dataFolder, truths, hour, 100_000)
console.log({ of10k, of100k })

const ofZones = [...totals.byZone].map(([zone, sums]) => ({
  zone,
  savedPct: 100 * (1 - sums.oursG / sums.runNowG),
  possiblePct: 100 * (1 - sums.perfectG / sums.runNowG),
}))
const sum = (pick: 'runNowG' | 'oursG' | 'perfectG') =>
  [...totals.byZone.values()].reduce((total, sums) => total + sums[pick], 0)
const savedPct = (carbonG: number) => round(100 * (1 - carbonG / sum('runNowG')), 2)
const fleetRows = [
  row('policy', 'saved %', 'late jobs'),
  row('---', '---', '---'),
  row('ours', savedPct(sum('oursG')), totals.deadlineMisses),
  ...Object.entries(totals.peers).map(([name, { carbonG, late }]) =>
    row(name, savedPct(carbonG), late),
  ),
  row('perfect foresight', savedPct(sum('perfectG')), ''),
]
const zoneWords = ofZones
  .map(({ zone, savedPct, possiblePct }) => `${zone} ${round(savedPct)} of ${round(possiblePct)}`)
  .join(', ')
const words = [
  `${totals.jobs} jobs of Philly and PAI shapes over 26 weeks and ${zones.length} zones, throughput noise 20 %, each in its own zone, GPUs not limited; ${totals.counterOffers} asked for a deadline that could not be promised at the slowest throughput and took the one offered. Peers got the same jobs and noise, and finish late where their plan was too tight.`,
  '',
  ...fleetRows,
  '',
  `Saved, and possible, by zone (%): ${zoneWords}.`,
  '',
  `A forecast has skill where the product's own test had proof of it at the end of September, on issues before that, on every day that the job may wait: ${Object.entries(
    noSkill,
  )
    .map(
      ([kind, those]) =>
        `${kind} ${those.length === 0 ? 'in every zone' : `not in ${those.join(', ')}`}`,
    )
    .join('; ')}.`,
  '',
  `Placing 10,000 jobs at once took ${round(of10k.seconds, 2)} s, 100,000 jobs ${round(of100k.seconds, 1)} s, with a ledger of GPUs (${of100k.unplaced} found none).`,
  ...lines,
]
console.log(words.join('\n'))
writeSection('Time-shifted batch jobs', 'npm run bench:batch', words)
console.log(
  JSON.stringify({
    bench: 'batch',
    zones: zones.length,
    jobs: totals.jobs,
    deadlineMisses: totals.deadlineMisses,
    counterOffers: totals.counterOffers,
    captured: Object.fromEntries(Object.entries(shares).map(([kind, by]) => [kind, by.ours])),
    capturedWhereSkilled: Object.fromEntries(
      Object.entries(ofSkilled).map(([kind, by]) => [kind, by.ours]),
    ),
    noSkill,
    worstZone,
    fleetSavedPct: savedPct(sum('oursG')),
    worstZoneSavedPct: round(Math.min(...ofZones.map(({ savedPct }) => savedPct)), 2),
    peers: shares,
    peersFleet: Object.fromEntries(
      Object.entries(totals.peers).map(([name, { carbonG, late }]) => [
        name,
        { savedPct: savedPct(carbonG), late },
      ]),
    ),
    planSecondsPer10k: round(of10k.seconds, 2),
    planSecondsPer100k: round(of100k.seconds, 1),
  }),
)
