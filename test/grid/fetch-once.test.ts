import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CarbonSeries } from '../../services/domain/carbon-series.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { sqlSeriesStore } from '../../services/grid/adapters/sql-store.ts'
import { fetchOnce } from '../../services/grid/fetch-once.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { hourlySeries, NOW_MS } from '../forecast/support.ts'
import { freshFolder } from '../support/engines.ts'

const FRESH_MS = 1000
const series = (value: number) => hourlySeries(NOW_MS, 3, () => value, 'forecast')
const values = ({ series: { slots } }: { series: CarbonSeries }) => slots[0]!.carbonGPerKwh

/** A provider whose answer the test decides, later. */
function heldBack() {
  let settle = { resolve: (_: CarbonSeries) => {}, reject: (_: unknown) => {} }
  let calls = 0
  const answer = new Promise<CarbonSeries>((resolve, reject) => {
    settle = { resolve, reject }
  })
  const fetch = () => {
    calls++
    return answer
  }
  return { fetch, calls: () => calls, settle: () => settle }
}

describe('processes on one database', () => {
  let db: Database
  let folder: string
  beforeAll(async () => {
    folder = await freshFolder()
    db = await openEmbedded(folder)
    await migrate(db)
  })
  afterAll(async () => {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  })
  /** Each shares nothing with the others but the database. */
  const process = (patienceMs = 2000) => {
    const fetched = fetchOnce({ store: sqlSeriesStore(db), lookAgainMs: 5, patienceMs })
    return (key: string, nowMs: number, fetch: () => Promise<CarbonSeries>) =>
      fetched({ key, nowMs, fetch, freshUntilMs: () => nowMs + FRESH_MS })
  }
  const away = (retryAfterSeconds?: number) => () =>
    Promise.reject(new UpstreamUnavailable('away', { upstream: 'x', retryAfterSeconds }))
  const never = () => Promise.reject(new Error('asked a second time'))

  it('ask once: who comes second waits for the answer of the first', async () => {
    const slow = heldBack()
    const first = process()('wait', NOW_MS, slow.fetch)
    await expect.poll(slow.calls).toBe(1)
    const second = process()('wait', NOW_MS, never)
    slow.settle().resolve(series(100))
    expect(values(await first)).toBe(100)
    await expect(second).resolves.toMatchObject({ fetchedAtMs: NOW_MS })
    expect(values(await second)).toBe(100)
  })

  it('ask once when many start together', async () => {
    let calls = 0
    const fetch = async () => {
      calls++
      return series(1)
    }
    await Promise.all(Array.from({ length: 8 }, () => process()('many', NOW_MS, fetch)))
    expect(calls).toBe(1)
  })

  it('use what is held while another one fetches, and say so once it should be there', async () => {
    await process()('old', NOW_MS, async () => series(1))
    const slow = heldBack()
    const staleMs = NOW_MS + FRESH_MS
    const first = process()('old', staleMs, slow.fetch)
    await expect.poll(slow.calls).toBe(1)
    const second = await process()('old', staleMs + 1, never)
    expect(second).toMatchObject({ fetchedAtMs: NOW_MS })
    expect(second.stale).toBeUndefined()
    slow.settle().resolve(series(2))
    expect(values(await first)).toBe(2)
    expect(values(await process()('old', staleMs, never))).toBe(2)
  })

  it('say of one that takes for ever that it does', async () => {
    await process()('late', NOW_MS, async () => series(1))
    const dead = heldBack()
    const longAfterMs = NOW_MS + 600_000
    void process()('late', longAfterMs, dead.fetch)
    await expect.poll(dead.calls).toBe(1)
    const { stale } = await process()('late', longAfterMs, never)
    expect(stale).toBe('still being asked by another process')
  })

  it('hold off together after a failure, as long as the service asks for', async () => {
    const failing = process()('fail', NOW_MS, away(40))
    await expect(failing).rejects.toThrow('away')
    await expect(process()('fail', NOW_MS + 39_999, never)).rejects.toThrow('x: away')
    const later = await process()('fail', NOW_MS + 40_000, async () => series(7))
    expect(values(later)).toBe(7)
  })

  it('learn at once that the one they wait for has failed', async () => {
    const slow = heldBack()
    const first = process()('sad', NOW_MS, slow.fetch)
    await expect.poll(slow.calls).toBe(1)
    const second = process()('sad', NOW_MS, never)
    slow.settle().reject(new UpstreamUnavailable('away', { upstream: 'x' }))
    await expect(first).rejects.toThrow('away')
    await expect(second).rejects.toThrow('away')
  })

  it('hold nobody off when a call was called off', async () => {
    const stop = () => Promise.reject(new DOMException('stop', 'AbortError'))
    await expect(process()('stop', NOW_MS, stop)).rejects.toThrow('stop')
    expect(values(await process()('stop', NOW_MS, async () => series(3)))).toBe(3)
  })

  it('do not wait for ever for one that died, and replace it when its lease ends', async () => {
    const dead = heldBack()
    void process()('dead', NOW_MS, dead.fetch)
    await expect.poll(dead.calls).toBe(1)
    await expect(process(20)('dead', NOW_MS, never)).rejects.toThrow(/still being asked/)
    const laterMs = NOW_MS + 75_000
    expect(values(await process()('dead', laterMs, async () => series(9)))).toBe(9)
  })

  it('keep the last answer of any of them through a failure', async () => {
    await process()('keep', NOW_MS, async () => series(5))
    const staleMs = NOW_MS + FRESH_MS
    const after = await process()('keep', staleMs, away())
    expect(after).toMatchObject({ stale: 'x: away', fetchedAtMs: NOW_MS })
    const elsewhere = await process()('keep', staleMs + 14_999, never)
    expect(elsewhere).toMatchObject({ stale: 'x: away', fetchedAtMs: NOW_MS })
  })
})
