import type { TenantPorts } from '../api/index.ts'
import type { Service } from './service.ts'

type RegionView = Awaited<ReturnType<TenantPorts['regions']['list']>>[number]

/** The regions of the fleet, each with the intensity its plan stands on now. */
export async function listRegions(service: Service): Promise<readonly RegionView[]> {
  const { stores, fleetNow, nowMs } = service
  const [fleet, current] = [await fleetNow(), await stores.plans.current()]
  const frame =
    current && (await stores.solves.frameOf(current.problemDigest).catch(() => undefined))
  const now = nowMs()
  const window =
    frame?.problem.windows.findIndex(({ startMs, endMs }) => startMs <= now && now < endMs) ?? -1
  return fleet.regions.map(({ id, zone, pue, ownership, gpus }): RegionView => {
    const planned = frame?.problem.regions.find((region) => region.id === id)
    const carbonGPerKwh = planned?.carbonGPerKwh[window]
    const input = current?.inputs.zones.find((one) => one.zone === zone)
    return {
      id,
      zone,
      pue,
      ownership,
      gpus: gpus.map(({ type, count, priceUsdPerHour }) => ({ type, count, priceUsdPerHour })),
      ...(carbonGPerKwh !== undefined &&
        input && {
          carbon: {
            carbonGPerKwh,
            quality: planned!.carbonQuality[window]!,
            source: input.source,
            issuedAtMs: input.issuedAtMs ?? frame!.framedAtMs,
          },
        }),
    }
  })
}
