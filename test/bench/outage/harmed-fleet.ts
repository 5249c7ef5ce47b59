import { movingFleet } from '../../support/moving-fleet.ts'

/** Seconds between two ticks of the service under harm. */
export const TICK_SECONDS = 5
/** Of every target that was ever told anything: what it may never be told less than. */
export const FLOOR_REPLICAS = 1
export const BACKEND_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

const DAY_HOURS = 24

/** A day that rises and falls: a series that stands still would be taken for a broken one. */
const dayAround = (meanGPerKwh: number) => ({
  startMs: 0,
  hourlyGPerKwh: Array.from(
    { length: DAY_HOURS },
    (_, hour) => meanGPerKwh * (1 + 0.2 * Math.sin((hour / DAY_HOURS) * 2 * Math.PI)),
  ),
})

/** Of two zones one is much cleaner, gCO2e/kWh; which of them is up to the factors of the grid server. */
export const TWO_ZONES = { DE: dayAround(300), SE: dayAround(60) }

/** A moving fleet whose target has a floor. */
export const harmedFleet = (gridUrl: string, backendUrl: string): string =>
  `${movingFleet(gridUrl)}moves: { drainSeconds: 1 }
backends:
  - id: ours
    kind: http
    secret: '\${env:BACKEND_SECRET}'
    allowPrivate: true
    targets: [{ url: '${backendUrl}/{region}/{model}/{variant}', floorReplicas: ${FLOOR_REPLICAS} }]
`
