/**
 * `npm run bench:grid-outage`: what is left of the savings, and of the promises, while every provider
 * of grid data is away: for a minute to 30 days up to the end of a played day, by the service's own
 * reader, ladder of trust and planner on recorded forecasts, intensities and traffic.
 *
 *   SCENARIO=eight-zones DAYS=2021-07-21,2021-10-13 npm run bench:grid-outage
 *
 * The simulation asks providers once an hour, so a minute away is a question that got no answer. Needs
 * the recorded data that GRIDTIDE_DATA names.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { playOutages } from './grid-outage/play-outages.ts'

const SCENARIO = process.env.SCENARIO ?? 'eight-zones'
const DAYS = (process.env.DAYS ?? '2021-07-21,2021-10-13').split(',')
const DATA = process.env.GRIDTIDE_DATA ?? '../shared/data'
const HOUR_MS = 3_600_000
const NOON_HOURS = 12

if (!existsSync(join(DATA, 'grid'))) {
  console.error(`needs recorded grid data in ${DATA}: set GRIDTIDE_DATA`)
  process.exit(0)
}
const fleetFile = join(import.meta.dirname, `../../config/scenarios/${SCENARIO}.yaml`)

/** Those shorter than a day begin at noon; the others end with the day. */
function outagesOf(dayMs: number) {
  const noon = dayMs + NOON_HOURS * HOUR_MS
  const end = dayMs + 24 * HOUR_MS
  return {
    none: { fromMs: 0, toMs: 0 },
    '1 min': { fromMs: noon, toMs: noon + 60_000 },
    '1 h': { fromMs: noon - HOUR_MS, toMs: noon },
    '6 h': { fromMs: noon, toMs: noon + 6 * HOUR_MS },
    '24 h': { fromMs: dayMs, toMs: end },
    '3 d': { fromMs: end - 72 * HOUR_MS, toMs: end },
    '7 d': { fromMs: end - 168 * HOUR_MS, toMs: end },
    '30 d': { fromMs: end - 720 * HOUR_MS, toMs: end },
  }
}

const round = (value: number) => Number(value.toFixed(4))
const report: Record<string, object> = {}
for (const day of DAYS) {
  const dayMs = Date.parse(`${day}T00:00Z`)
  const played = await playOutages(fleetFile, DATA, dayMs, outagesOf(dayMs))
  const none = played.ours.none!
  const away: Record<string, object> = {}
  for (const [name, { carbonG, lateShare, lostTokens, sloPct }] of Object.entries(played.ours)) {
    away[name] = {
      /** Against the rule of thumb: layouts and scaling, which need no grid, are in it. */
      savingsRetained: round(
        (played.static.carbonG - carbonG) / (played.static.carbonG - none.carbonG),
      ),
      /** Of what choosing regions by the grid adds: the part that an outage can take. */
      geoShiftRetained: round(
        (played.atHome.carbonG - carbonG) / (played.atHome.carbonG - none.carbonG),
      ),
      sloPct: round(sloPct),
      lateShareAdded: round(lateShare - none.lateShare),
      lostTokensAdded: round(lostTokens - none.lostTokens),
    }
    console.error(`${day} ${name}: ${JSON.stringify(away[name])}`)
  }
  report[day] = { saved: round(1 - none.carbonG / played.static.carbonG), away }
}
console.log(JSON.stringify({ bench: 'grid-outage', scenario: SCENARIO, days: report }))
