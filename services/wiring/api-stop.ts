import type { StopControl } from '../api/index.ts'
import type { Service } from './service.ts'
import type { StillSo } from './stop-switch.ts'

/** The kill switch as the API shows and throws it. */
export function stopControl({ stop }: Pick<Service, 'stop'>): StopControl {
  const viewOf = (why: string | undefined) => ({
    stopped: why !== undefined,
    ...(why !== undefined && { why }),
  })
  const view = async () => viewOf(await stop.reason())
  const seen = (still: Parameters<StopControl['disengage']>[0]): StillSo | undefined =>
    still && ((why) => still(viewOf(why)))
  return {
    read: view,
    async engage(why, still) {
      const everywhere = await stop.engage(why, seen(still))
      return { ...(await view()), everywhere }
    },
    async disengage(still) {
      const everywhere = await stop.disengage(seen(still))
      return { ...(await view()), everywhere }
    },
  }
}
