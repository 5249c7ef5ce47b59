import { exactly, type Observed } from '../../services/actuation/index.ts'

/** A healthy target that stands still, with so many replicas asked for. */
export const sighting = (replicas: number, over: Partial<Observed> = {}): Observed => ({
  desired: { replicas: exactly(replicas) },
  settled: true,
  rollingOut: false,
  health: 'ok',
  paused: false,
  version: '1',
  owners: [],
  observedAtMs: 0,
  ...over,
})
