import type { TenantPorts } from '../api/index.ts'
import { servingNow } from '../pipeline/serving-now.ts'
import type { Service } from './service.ts'

const MS_PER_SECOND = 1000

/** How every model of the fleet is doing against its promises; see `servingNow`. */
export const sloReader =
  ({ fleetNow, serving }: Pick<Service, 'fleetNow' | 'serving'>): TenantPorts['slo'] =>
  async () => {
    const { models } = await fleetNow()
    const seen = await servingNow(serving, models)
    return seen.map(({ model, slo: state, ttftP95Seconds, tpotP95Seconds, ...rest }) => ({
      model,
      state,
      promised: models.find(({ id }) => id === model)!.slo,
      measured: finite({
        ttftP95Ms: inMs(ttftP95Seconds),
        tpotP95Ms: inMs(tpotP95Seconds),
        outputTokensPerSecond: rest.outputTokensPerSecond,
        atMs: rest.atMs,
      }),
    }))
  }

const inMs = (seconds: number | undefined) =>
  seconds === undefined ? undefined : seconds * MS_PER_SECOND

/** Beyond the last bucket of a histogram there is no number: the state tells of it. */
const finite = (numbers: Readonly<Record<string, number | undefined>>) =>
  Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)))
