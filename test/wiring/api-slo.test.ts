import { expect, it } from 'vitest'
import type { Fleet } from '../../services/fleet/index.ts'
import { sloReader } from '../../services/wiring/api-slo.ts'

const slo = { ttftP95Ms: 1000, tpotP95Ms: 40 }
const fleet = {
  models: [
    { id: 'kept', slo },
    { id: 'missed', slo },
    { id: 'dark', slo },
  ],
}
const SEEN = {
  kept: { ttftP95Seconds: 0.9, tpotP95Seconds: 0.02, outputTokensPerSecond: 5, atMs: 7 },
  missed: { ttftP95Seconds: Number.POSITIVE_INFINITY, atMs: 8 },
  dark: {},
}

it('tells what is measured beside what is promised, and nothing of what is not known', async () => {
  const read = sloReader({
    fleetNow: async () => fleet as unknown as Fleet,
    serving: async (model) => SEEN[model as keyof typeof SEEN],
  })
  expect(await read()).toEqual([
    {
      model: 'kept',
      state: 'ok',
      promised: slo,
      measured: { ttftP95Ms: 900, tpotP95Ms: 20, outputTokensPerSecond: 5, atMs: 7 },
    },
    { model: 'missed', state: 'burning', promised: slo, measured: { atMs: 8 } },
    { model: 'dark', state: 'unknown', promised: slo, measured: {} },
  ])
})
