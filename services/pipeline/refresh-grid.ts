import type { CarbonQuality } from '../domain/carbon-series.ts'
import { AppError } from '../domain/errors.ts'
import type { GridReader, ZoneReading } from '../grid/index.ts'
import type { NewEvent } from '../notification/index.ts'

export interface RefreshGridPorts {
  /** Keeps what it reads for the solve that follows, and archives every forecast. */
  readonly reader: GridReader
  tell(events: readonly NewEvent[]): Promise<void>
  readonly warn: (message: string) => void
  /** Told where on the ladder each zone stands. */
  readonly observe: (zone: string, rung: CarbonQuality) => void
}

const HOUR_MS = 3_600_000
const DEGRADED: readonly CarbonQuality[] = ['cached', 'climatology', 'annual', 'blind']

/**
 * Reads one zone, so that the solve that follows has it at hand. A provider that fails costs trust,
 * never a plan; where that takes a zone down the ladder, subscribers are told, once an hour.
 */
export async function refreshGrid(
  ports: RefreshGridPorts,
  { zone, tickMs }: { readonly zone: string; readonly tickMs: number },
  abort?: AbortSignal,
): Promise<{ readonly rung: CarbonQuality }> {
  const reading = await ports.reader.readZone(zone, tickMs, abort)
  const { rung, reasons } = reading
  ports.observe(zone, rung)
  for (const reason of reasons) ports.warn(`${zone}: ${reason}`)
  if (reasons.length > 0 && DEGRADED.includes(rung)) {
    const key = `${zone}/${Math.floor(tickMs / HOUR_MS)}`
    const data = { zone, quality: rung, reasons }
    await ports.tell([
      { type: 'grid.degraded', subject: `zone/${zone}`, key, occurredAtMs: tickMs, data },
    ])
  }
  await learnPast(ports, reading, abort)
  return { rung }
}

/** A record to learn from is worth having, never worth failing for. */
async function learnPast(
  { reader, warn }: RefreshGridPorts,
  reading: ZoneReading,
  abort?: AbortSignal,
): Promise<void> {
  await reader.learnPast(reading, abort).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    warn(`${reading.zone}: past forecasts: ${error.message}`)
  })
}
