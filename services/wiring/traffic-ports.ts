import type { RecordTrafficPorts } from '../pipeline/record-traffic.ts'
import type { Service } from './service.ts'
import { demandTraces } from './traces.ts'

/** What the record of measured traffic asks for, out of an open service. */
export const trafficPorts = ({
  fleetNow,
  serving,
  readFile,
  stores,
  tenant,
  nowMs,
}: Service): RecordTrafficPorts => ({
  fleet: fleetNow,
  serving,
  tracesOf: (model) => demandTraces(model, readFile),
  record: (measured) => stores.demand.record(tenant, measured, nowMs()),
  nowMs,
})
