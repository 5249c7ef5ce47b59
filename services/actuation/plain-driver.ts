import { versionOf } from './desired.ts'
import type { Sighting } from './driver.ts'
import type { Capabilities, Desired, Observed } from './port.ts'

/** What most far sides are: exact, without dry runs or preconditions of their own. */
export const plainCapabilities = (
  supports: Capabilities['supports'],
  over: Partial<Capabilities> = {},
): Capabilities => ({
  supports,
  scaleToZero: true,
  exact: true,
  dryRun: 'client',
  preconditions: false,
  missing: [],
  ...over,
})

/** A sighting of a far side that tells no more than its settings; they are its version too. */
export function plainSighting(
  desired: Desired,
  observedAtMs: number,
  over: Partial<Observed> = {},
): Sighting<undefined> {
  const seen: Observed = {
    desired,
    settled: true,
    rollingOut: false,
    health: 'ok',
    paused: false,
    version: versionOf(desired),
    owners: [],
    observedAtMs,
    ...over,
  }
  return { seen, raw: undefined }
}
