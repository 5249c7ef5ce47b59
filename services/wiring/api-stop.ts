import type { TenantPorts } from '../api/index.ts'
import type { Service } from './service.ts'

/** The kill switch as the API shows and throws it. */
export function stopControl({ stop }: Pick<Service, 'stop'>): TenantPorts['stop'] {
  const view = async () => {
    const why = await stop.reason()
    return { stopped: why !== undefined, ...(why !== undefined && { why }) }
  }
  return {
    read: view,
    async engage(why) {
      const everywhere = await stop.engage(why)
      return { ...(await view()), everywhere }
    },
    async disengage() {
      const everywhere = await stop.disengage()
      return { ...(await view()), everywhere }
    },
  }
}
