import { beginAgainIfStill } from '../../workers/begin-work.ts'
import type { LocalTickPorts } from '../../workers/local-ticks.ts'
import { correctLive } from '../pipeline/correct-live.ts'
import { expirePlan } from '../pipeline/expire-plan.ts'
import { forget, retentionOf } from '../pipeline/forget.ts'
import { guardSlo } from '../pipeline/guard-slo.ts'
import { heedSchedulers } from '../pipeline/heed-schedulers.ts'
import { recordTraffic } from '../pipeline/record-traffic.ts'
import { resumeShifts } from '../pipeline/resume-shifts.ts'
import { correctionPorts } from '../wiring/correction-ports.ts'
import { schedulerPorts } from '../wiring/job-schedulers.ts'
import type { Service } from '../wiring/service.ts'
import { openStores } from '../wiring/state.ts'
import type { stepPorts } from '../wiring/steps.ts'
import { trafficPorts } from '../wiring/traffic-ports.ts'

/** What a process of the service looks after by itself, out of its open parts. */
export async function localWork(
  service: Service,
  steps: ReturnType<typeof stepPorts>,
  beginning: Parameters<typeof beginAgainIfStill>[0],
): Promise<LocalTickPorts> {
  const { queue, fleet, nowMs, log, metrics, stores } = service
  const endpoints = service.webhooks.endpoints.map(({ id }) => id)
  const retention = retentionOf(fleet.retention)
  // What was not tidied up for long takes long.
  const patientStores = openStores(service.database.patient, service.tenant)
  const schedulers = await schedulerPorts(service)
  return {
    queue,
    queuedJobs: metrics.queuedJobs,
    warn: (message) => log.warn(message),
    expire: async () => {
      const regions = fleet.regions.map(({ id }) => id)
      await expirePlan({ plans: stores.plans, queue, regions, nowMs })
    },
    resume: () => resumeShifts({ shifts: stores.shifts, queue, nowMs }),
    guard: async () => {
      await guardSlo(steps.guardSlo)
    },
    correct: async () => {
      await correctLive(correctionPorts(service))
    },
    record: async () => {
      await recordTraffic(trafficPorts(service))
    },
    schedulers: () => heedSchedulers(schedulers),
    rewind: async () => {
      if (await beginAgainIfStill(beginning))
        log.warn('the clocks of the queue stood still: begun again')
    },
    compareClocks: service.clocks,
    forget: () => forget({ ...patientStores, endpoints, retention }, nowMs()),
  }
}
