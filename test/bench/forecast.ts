/**
 * How good are the blended forecasts? `npm run bench:forecast`
 *
 * Real archived 96-hour forecasts of 13 zones (CarbonCast, July to December 2021, issued daily) are
 * scored against what came, each as it stood when it was issued. The shipped climatology ends before
 * the first issue. `tuned` and `heldOut` score the issues before and from October on; the blend goes on
 * learning across. The last line is JSON.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CONTENDERS,
  climatologyOf,
  type ForecastScore,
  hourlyValues,
  scoreForecasts,
} from '../../services/forecast/index.ts'
import { recordedZones } from '../support/recorded-zones.ts'
import { errorMemory } from './forecast/error-memory.ts'
import { writeSection } from './write-section.ts'

const folder = join(process.env.GRIDTIDE_DATA ?? '../shared/data', 'grid')
const forecastFile = join(folder, 'carbon_forecast.csv')
const actualFile = join(folder, 'carboncast_actuals_2020_2021.csv')
if (!existsSync(forecastFile)) {
  console.error(`needs ${forecastFile}: set GRIDTIDE_DATA`)
  process.exit(1)
}

/** Constants are to be chosen on what was issued before it, and judged on what came after. */
const SPLIT_MS = Date.parse('2021-10-01T00:00Z')
const average = { signal: 'average', basis: 'lifecycle' } as const
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const round = (value: number, digits = 2) => Number(value.toFixed(digits))
const started = performance.now()

const zones: Record<string, ForecastScore> = {}
const tuned: ForecastScore[] = []
const heldOut: ForecastScore[] = []
const recorded = recordedZones(readFileSync(forecastFile, 'utf8'), readFileSync(actualFile, 'utf8'))
for (const { zone, issues, history } of recorded) {
  const inputs = {
    history: hourlyValues(history.slots),
    climatology: climatologyOf(zone, average),
    nowMs: history.slots.at(-1)!.endMs,
  }
  zones[zone] = scoreForecasts(issues, inputs)
  const early = issues.filter(({ issuedAtMs }) => issuedAtMs < SPLIT_MS)
  tuned.push(scoreForecasts(early, { ...inputs, nowMs: SPLIT_MS }))
  heldOut.push(scoreForecasts(issues, inputs, SPLIT_MS))
  const { mapeByDay, captured, coverage80Pct } = zones[zone]
  const days = (who: keyof typeof mapeByDay) => mapeByDay[who].map((x) => x.toFixed(1)).join(' / ')
  console.log(
    `${zone.padEnd(12)} MAPE provider ${days('provider')}  week ${days('sevenDayMean')}  ` +
      `blend ${days('blend')}  coverage ${coverage80Pct.toFixed(1)}  captured ` +
      `${captured.provider.fourOf24Pct!.toFixed(1)} -> ${captured.blend.fourOf24Pct!.toFixed(1)}, ` +
      `${captured.provider.day48Pct!.toFixed(1)} -> ${captured.blend.day48Pct!.toFixed(1)}`,
  )
}

/** How the blend did against the provider, over zones. */
function summaryOf(scores: readonly ForecastScore[]) {
  const gains = (part: 'fourOf24Pct' | 'day48Pct') =>
    scores.map(({ captured }) => captured.blend[part]! - captured.provider[part]!)
  const relative = scores.flatMap(({ mapeByDay }) =>
    mapeByDay.blend.map((blend, day) => 1 - blend / mapeByDay.provider[day]!),
  )
  /** Positive where the blend is worse than the better of provider and week, in points of MAPE. */
  const excess = scores.flatMap(({ mapeByDay }) =>
    mapeByDay.blend.map(
      (blend, day) => blend - Math.min(mapeByDay.provider[day]!, mapeByDay.sevenDayMean[day]!),
    ),
  )
  return {
    blendVsProviderRelPct: round(100 * mean(relative), 1),
    coverage80Pct: round(mean(scores.map((score) => score.coverage80Pct)), 1),
    capturedBlendMinusProviderPts: round(mean([...gains('fourOf24Pct'), ...gains('day48Pct')])),
    worstZoneCapturedPts: round(Math.min(...gains('fourOf24Pct'), ...gains('day48Pct'))),
    worstExcessMapePts: round(Math.max(...excess)),
    zonesAndDaysWorse: excess.filter((value) => value > 0).length,
  }
}

const table = Object.fromEntries(
  Object.entries(zones).map(([zone, score]) => [
    zone,
    {
      mapeByDay: Object.fromEntries(
        CONTENDERS.map((who) => [who, score.mapeByDay[who].map((value) => round(value))]),
      ),
      captured: Object.fromEntries(
        CONTENDERS.map((who) => [
          who,
          {
            fourOf24Pct: round(score.captured[who].fourOf24Pct!, 1),
            day48Pct: round(score.captured[who].day48Pct!, 1),
          },
        ]),
      ),
      coverage80Pct: round(score.coverage80Pct, 1),
      pinballG: score.pinballG.map((value) => round(value)),
      skill: score.skill,
    },
  ]),
)
const summary = {
  ...summaryOf(Object.values(zones)),
  tuned: summaryOf(tuned),
  heldOut: summaryOf(heldOut),
  errorMemory: errorMemory(recorded, [1, 3, 6, 12, 24]),
  seconds: round((performance.now() - started) / 1000, 1),
}
const cells = (...values: readonly unknown[]) => `| ${values.join(' | ')} |`
const rowOf = (name: string, part: ReturnType<typeof summaryOf>) =>
  cells(
    name,
    part.blendVsProviderRelPct,
    part.coverage80Pct,
    part.capturedBlendMinusProviderPts,
    part.worstZoneCapturedPts,
    part.zonesAndDaysWorse,
    part.worstExcessMapePts,
  )
writeSection('Forecasts against what came', 'npm run bench:forecast', [
  '13 zones, 181 daily issues of 96 hours, rolling origin, no look-ahead. The last two columns count',
  'the zones and days (of 52) where the blend is above the better of provider and seven-day mean, and',
  'by how much the worst of them is.',
  '',
  cells(
    'issues',
    'error below the provider, %',
    '80 % band holds, %',
    'captured above the provider, points',
    'worst zone, points',
    'zones and days worse',
    'worst excess, points of MAPE',
  ),
  cells(...new Array(7).fill('---')),
  rowOf('all', summary),
  rowOf('July to September', summary.tuned),
  rowOf('from October', summary.heldOut),
  '',
  `Errors of one forecast hang together: in a zone ${Object.entries(
    summary.errorMemory.byHoursApart,
  )
    .map(([hours, correlation]) => `${correlation} at ${hours} h`)
    .join(
      ', ',
    )}; of two zones at one hour ${summary.errorMemory.betweenZones}, at most ${summary.errorMemory.mostBetweenZones}.`,
])
console.log(JSON.stringify({ bench: 'forecast', zones: table, summary }))
