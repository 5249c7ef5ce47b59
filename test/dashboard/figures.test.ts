import { expect, it } from 'vitest'
import { mattersOf } from '../../services/dashboard/src/figures/attention.ts'
import { csvOf } from '../../services/dashboard/src/figures/csv.ts'
import { dirtinessOf } from '../../services/dashboard/src/figures/dirtiness.ts'
import { awayOf, spanOf, utcOf } from '../../services/dashboard/src/figures/instant.ts'
import {
  inGrams,
  inIntensity,
  inKwh,
  inPercent,
  inTokensPerSecond,
  spelled,
} from '../../services/dashboard/src/figures/quantity.ts'
import { RUNGS, rungDepth } from '../../services/dashboard/src/figures/rung.ts'
import { placeOf } from '../../services/dashboard/src/figures/zone-places.ts'

it.each([
  [0, '0 gCO2e'],
  [12.3456, '12.3 gCO2e'],
  [999, '999 gCO2e'],
  [71_459.58, '71.5 kgCO2e'],
  [2_500_000, '2.5 tCO2e'],
  [-4200, '-4.2 kgCO2e'],
])('spells %d grams as %s', (grams, words) => {
  expect(spelled(inGrams(grams))).toBe(words)
})

it('keeps three digits that count and always the unit', () => {
  expect(spelled(inIntensity(368.4))).toBe('368 gCO2e/kWh')
  expect(spelled(inTokensPerSecond(12_345))).toBe('12.3 k tokens/s')
  expect(spelled(inTokensPerSecond(1234.5))).toBe('1,235 tokens/s')
  expect(spelled(inKwh(399.76))).toBe('400 kWh')
  expect(spelled(inKwh(1_234))).toBe('1.23 MWh')
  expect(inPercent(0.7372)).toBe('73.7 %')
})

it('says how far away an instant is, and when it is in UTC', () => {
  const nowMs = Date.UTC(2026, 10, 26, 14, 0)
  expect(awayOf(nowMs + 2 * 3_600_000, nowMs)).toBe('in 2 hours')
  expect(awayOf(nowMs - 5 * 60_000, nowMs)).toBe('5 minutes ago')
  expect(awayOf(nowMs - 20_000, nowMs)).toBe('now')
  expect(utcOf(nowMs)).toBe('26 Nov 2026, 14:00 UTC')
  expect(spanOf(24 * 3_600_000)).toBe('24 h')
  expect(spanOf(5 * 60_000)).toBe('5 min')
})

it('knows the ladder of trust, best first, and puts what it does not know last', () => {
  const depths = RUNGS.map(rungDepth)
  expect(depths).toEqual(depths.toSorted((a, b) => a - b))
  expect(rungDepth('live')).toBe(0)
  expect(rungDepth('hearsay')).toBe(1)
})

it('grows from clean to dirty and stays within', () => {
  const tones = [0, 20, 100, 400, 800, 5000].map(dirtinessOf)
  expect(tones).toEqual(tones.toSorted((a, b) => a - b))
  expect(tones.at(0)).toBe(0)
  expect(tones.at(-1)).toBe(1)
})

it('knows where a zone is, and of none that only looks like a name', () => {
  expect(placeOf('SE')).toEqual([15.8, 60.2])
  expect(placeOf('constructor')).toBeUndefined()
})

it('lists what is amiss and leaves out what is well', () => {
  const matters = mattersOf(
    [
      { name: 'database', ok: true },
      { name: 'queue', ok: false, words: 'does not answer' },
    ],
    [
      { id: 'a', kind: 'replicas', region: 'r', backend: 'b', status: 'synced' },
      { id: 'b', kind: 'replicas', region: 'r', backend: 'b', status: 'moving' },
    ],
    [region('SE', 'live'), region('DE', 'climatology'), region('FR', undefined)],
  )
  expect(matters).toEqual([
    { kind: 'check', subject: 'queue', words: 'does not answer' },
    { kind: 'target', subject: 'b', words: 'moving' },
    { kind: 'grid', subject: 'DE', words: 'climatology' },
  ])
})

it('writes CSV that no spreadsheet takes for a formula', () => {
  const text = csvOf(
    ['who', 'words'],
    [
      ['=cmd()', 'a "b", c'],
      ['plain', '-1'],
    ],
  )
  expect(text).toBe('who,words\r\n\'=cmd(),"a ""b"", c"\r\nplain,\'-1\r\n')
})

const region = (zone: string, quality: string | undefined) => ({
  id: zone,
  zone,
  pue: 1,
  ownership: 'reserved',
  gpus: [],
  ...(quality && { carbon: { carbonGPerKwh: 1, quality, source: 's', issuedAtMs: 0 } }),
})
