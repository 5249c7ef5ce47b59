import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startService, until } from '../../support/service-process.ts'

export interface MemoryReport {
  /** Largest resident memory after the first plan, MiB. */
  readonly memoryMb: number
  /** Mean of the last third less that of the second, MiB: how far from flat. */
  readonly memoryGrowthMb: number
  readonly plans: number
}

const TICK_SECONDS = 5
const SAMPLE_MS = 5_000
const RESIDENT = /^gridtide_process_resident_memory_bytes (\d+)/m

/** Runs the embedded service itself, planning every few seconds, and watches its memory. */
export async function memoryOfService(minutes: number): Promise<MemoryReport> {
  const home = await mkdtemp(join(tmpdir(), 'gridtide-memory-'))
  const service = await startService('config/examples/two-regions.yaml', {
    GRIDTIDE_HOME: home,
    GRIDTIDE_TICK_SECONDS: String(TICK_SECONDS),
    LOG_LEVEL: 'error',
  })
  const newest = async (): Promise<number> => {
    const page = (await (await fetch(`${service.url}/v1/plans?limit=1`)).json()) as {
      items: { version: number }[]
    }
    return page.items[0]?.version ?? 0
  }
  try {
    await until(newest, 'the first plan', 300_000)
    const samples: number[] = []
    const endMs = Date.now() + minutes * 60_000
    while (Date.now() < endMs) {
      // A connection of its own each time: one kept alive may be closed just as it is used again.
      const answer = await fetch(`${service.url}/metrics`, { headers: { connection: 'close' } })
      const text = await answer.text()
      samples.push(Number(RESIDENT.exec(text)![1]) / 2 ** 20)
      await pause(SAMPLE_MS)
    }
    const third = Math.floor(samples.length / 3)
    const mean = (some: readonly number[]) => some.reduce((a, b) => a + b, 0) / some.length
    return {
      memoryMb: Math.round(Math.max(...samples)),
      memoryGrowthMb: Math.round(mean(samples.slice(-third)) - mean(samples.slice(third, -third))),
      plans: await newest(),
    }
  } finally {
    await service.stop()
    await rm(home, { recursive: true, force: true })
  }
}
