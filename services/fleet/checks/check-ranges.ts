import ipaddr from 'ipaddr.js'
import type { FieldIssue } from '../../domain/errors.ts'
import type { MeaningCheck } from '../meaning-check.ts'

interface Reaching {
  readonly id?: string
  readonly allow?: readonly string[]
}
const LISTS = ['backends', 'routes', 'powerCaps', 'batchEndpoints', 'webhooks'] as const

/** What calls are allowed to reach is there: a range that is none would allow nothing. */
export const checkRanges: readonly MeaningCheck[] = [
  ...LISTS.map(
    (section): MeaningCheck => ({
      reads: [section],
      *run(fleet) {
        const entries: readonly Reaching[] = fleet[section]
        for (const [index, entry] of entries.entries()) yield* ranges(entry, `/${section}/${index}`)
      },
    }),
  ),
  { reads: ['telemetry'], run: ({ telemetry }) => ranges(telemetry ?? {}, '/telemetry') },
]

function* ranges({ allow = [] }: Reaching, path: string): Generator<FieldIssue> {
  for (const [index, entry] of allow.entries()) {
    if (!entry.includes('/') || ipaddr.isValidCIDR(entry)) continue
    yield {
      path: `${path}/allow/${index}`,
      message: `${JSON.stringify(entry)} is no CIDR range`,
      suggestion: 'use an address and its bits, e.g. "10.1.0.0/16"',
    }
  }
}
