import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryArchive, memorySeriesStore } from '../../services/grid/adapters/memory-store.ts'
import { sqlArchive, sqlSeriesStore } from '../../services/grid/adapters/sql-store.ts'
import type { ForecastArchive, SeriesStore } from '../../services/grid/index.ts'
import { packSeries, unpackSeries } from '../../services/grid/pack-series.ts'
import type { Database } from '../../services/platform/database/database.ts'
import { openEmbedded } from '../../services/platform/database/embedded.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { DAY_MS, HOUR_MS, hourlySeries, NOW_MS, sunny } from '../forecast/support.ts'
import { freshFolder } from '../support/engines.ts'

const exact = (ms: number) => Math.round(sunny(ms) * 100) / 100
const issueAt = (ms: number) => hourlySeries(ms, 72, exact, 'forecast')

describe('packing', () => {
  it('gives back what it was given, marks and gaps included', () => {
    const [first, second, third] = issueAt(NOW_MS).slots
    const slots = [{ ...first!, estimated: true }, { ...second!, estimated: false }, third!]
    const series = { ...issueAt(NOW_MS), slots: slots.filter((_, index) => index !== 1) }
    expect(unpackSeries(packSeries(series))).toEqual(series)
    expect(unpackSeries(packSeries({ ...series, slots }))).toEqual({ ...series, slots })
  })

  it('is small', () => {
    expect(packSeries(issueAt(NOW_MS)).length).toBeLessThan(600)
  })
})

describe.each<[string, () => Promise<{ store: SeriesStore; archive: ForecastArchive }>]>([
  ['in memory', async () => ({ store: memorySeriesStore(), archive: memoryArchive() })],
  ['in SQL', async () => ({ store: sqlSeriesStore(db), archive: sqlArchive(db) })],
])('kept %s', (_where, open) => {
  let store: SeriesStore
  let archive: ForecastArchive
  beforeAll(async () => {
    ;({ store, archive } = await open())
  })

  const terms = (nowMs: number) => ({ nowMs, leaseMs: 1000 })
  const held = { series: issueAt(NOW_MS), fetchedAtMs: NOW_MS, freshUntilMs: NOW_MS + 500 }

  it('holds the last good answer, and lets nobody fetch while it is fresh', async () => {
    await expect(store.claim('k', terms(NOW_MS))).resolves.toEqual({ held: undefined, mine: true })
    await store.write('k', held)
    await expect(store.claim('k', terms(NOW_MS + 499))).resolves.toEqual({ held, mine: false })
    await expect(store.claim('k', terms(NOW_MS + 500))).resolves.toEqual({ held, mine: true })
    await expect(store.claim('k', terms(NOW_MS + 501))).resolves.toEqual({ held, mine: false })
  })

  it('lets one fetch at a time, until it wrote, gave up for a while or took too long', async () => {
    const mine = async (nowMs: number) => (await store.claim('l', terms(nowMs))).mine
    await expect(mine(NOW_MS)).resolves.toBe(true)
    await expect(mine(NOW_MS + 1)).resolves.toBe(false)
    await expect(mine(NOW_MS + 1000)).resolves.toBe(true)
    await store.release('l', 'away', NOW_MS + 1100)
    await expect(store.claim('l', terms(NOW_MS + 1099))).resolves.toEqual({
      held: undefined,
      mine: false,
      failure: 'away',
    })
    await expect(store.claim('l', terms(NOW_MS + 1100))).resolves.toEqual({
      held: undefined,
      mine: true,
    })
    await store.write('l', held)
    await expect(mine(NOW_MS + 1102)).resolves.toBe(true)
  })

  it('hands back what the caller knows until there is something newer', async () => {
    const known = { ...held, fetchedAtMs: NOW_MS + 1 }
    await store.claim('m', terms(NOW_MS))
    await store.write('m', known)
    const again = await store.claim('m', { ...terms(NOW_MS + 2), known })
    expect(again.held?.series).toBe(known.series)
    const newer = { series: issueAt(NOW_MS + HOUR_MS), fetchedAtMs: NOW_MS + 3, freshUntilMs: 0 }
    await store.write('m', newer)
    await expect(store.claim('m', { ...terms(NOW_MS + 4), known })).resolves.toEqual({
      held: newer,
      mine: true,
    })
  })

  it('archives each issue once, and thins the record as asked', async () => {
    for (let hour = 0; hour < 48; hour += 6) {
      await expect(archive.append(issueAt(NOW_MS + hour * HOUR_MS))).resolves.toBe(true)
    }
    await expect(archive.append(issueAt(NOW_MS))).resolves.toBe(false)
    const { source, zone, signal, basis } = issueAt(NOW_MS)
    const query = { source, zone, signal, basis, fromMs: NOW_MS, toMs: NOW_MS + 2 * DAY_MS }
    await expect(archive.read(query)).resolves.toHaveLength(8)
    const daily = await archive.read({ ...query, everyMs: DAY_MS })
    expect(daily.map(({ issuedAtMs }) => issuedAtMs)).toEqual([NOW_MS, NOW_MS + DAY_MS])
    expect(daily[0]).toEqual(issueAt(NOW_MS))
    await expect(archive.newest({ ...query, toMs: NOW_MS + 7 * HOUR_MS })).resolves.toEqual(
      issueAt(NOW_MS + 6 * HOUR_MS),
    )
    await expect(archive.newest({ ...query, toMs: NOW_MS })).resolves.toBeUndefined()
    await expect(archive.read({ ...query, zone: 'FR' })).resolves.toEqual([])
    await expect(archive.prune(NOW_MS + DAY_MS)).resolves.toBe(4)
  })
})

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
