import { NotFound } from '../../services/domain/errors.ts'
import { epochMs, gCo2PerKwh } from '../../services/domain/units.ts'
import type { GridDesk } from '../../services/grid/index.ts'

const START = epochMs(Date.UTC(2026, 5, 1, 12))
const END = epochMs(START + 3_600_000)

/** One zone, `SE`, whose grid is always the same. */
export function memoryGrid(): GridDesk {
  const measure = { signal: 'average', basis: 'lifecycle' } as const
  const number = {
    carbonGPerKwh: gCo2PerKwh(20),
    lowGPerKwh: gCo2PerKwh(15),
    highGPerKwh: gCo2PerKwh(30),
    quality: 'climatology' as const,
    source: 'climatology',
    timeShift: false as const,
  }
  const known = (zone: string) => {
    if (zone !== 'SE') throw new NotFound(`no region of the fleet is in zone ${zone}`)
  }
  return {
    zones: ['SE'],
    measure,
    async now(zone) {
      known(zone)
      const window = { startMs: START, endMs: END }
      return { zone, ...measure, ...window, ...number, rung: 'climatology', reasons: [] }
    },
    async forecast(zone, windows) {
      known(zone)
      return {
        zone,
        ...measure,
        windows: windows.map((window) => ({ ...window, ...number })),
        reasons: ['no source is set up'],
      }
    },
    async history(zone) {
      known(zone)
      const slot = { startMs: START, endMs: END, carbonGPerKwh: gCo2PerKwh(20) }
      return { zone, ...measure, quality: 'live', source: 'test', slots: [slot] }
    },
    async issuedBy(zone) {
      known(zone)
      return undefined
    },
    async score(zone) {
      known(zone)
      return undefined
    },
  }
}
