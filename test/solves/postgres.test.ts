import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresFits } from '../../services/fits/adapters/postgres.ts'
import { postgresLiveBiases } from '../../services/fits/adapters/postgres-live-bias.ts'
import type { Block, BlockSolution } from '../../services/planning/index.ts'
import { migrate } from '../../services/platform/database/migrate.ts'
import { postgresSolves } from '../../services/solves/adapters/postgres.ts'
import type { Frame } from '../../services/solves/index.ts'
import { ENGINES, type FreshDatabase } from '../support/engines.ts'

const frame = {
  fleetHash: 'f',
  problemDigest: 'd',
  framedAtMs: 1,
  followsVersion: 0,
  zones: [],
} as unknown as Frame
const blocks = [{ id: 'b' }, { id: 'a' }] as unknown as Block[]
const solution = { carbonG: 1 } as unknown as BlockSolution

for (const engine of ENGINES) {
  describe.skipIf(engine.skip)(`solves and fits on ${engine.name}`, () => {
    let fresh: FreshDatabase
    beforeAll(async () => {
      fresh = await engine.open()
      await migrate(fresh.db)
    })
    afterAll(() => fresh.destroy())

    it('keeps the first frame and blocks of a revision, in order', async () => {
      const solves = postgresSolves(fresh.db, 'acme')
      await solves.begin('r1', frame, blocks)
      await solves.begin('r1', { ...frame, fleetHash: 'other' }, [])
      expect((await solves.frame('r1')).fleetHash).toBe('f')
      expect((await solves.blocks('r1')).map(({ id }) => id)).toEqual(['b', 'a'])
      expect(await solves.block('r1', 'a')).toEqual(blocks[1])
      expect(await solves.frameOf('d')).toEqual(frame)
      await expect(solves.frameOf('x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('has a place for each solution, and keeps the first', async () => {
      const solves = postgresSolves(fresh.db, 'acme')
      await solves.begin('r2', frame, blocks)
      await solves.saveSolution('r2', 'a', solution)
      await solves.saveSolution('r2', 'a', { carbonG: 2 } as unknown as BlockSolution)
      expect(await solves.solutions('r2')).toEqual([undefined, solution])
    })

    it('takes what is solved already, and finds the prices of a problem again', async () => {
      const solves = postgresSolves(fresh.db, 'acme')
      const known = { blockId: 'a', replicas: [] } as unknown as BlockSolution
      const one = { ...frame, problemDigest: 'priced', problem: { seed: 1 } } as unknown as Frame
      await solves.begin('r4', one, blocks, [known])
      expect(await solves.solutions('r4')).toEqual([undefined, known])
      expect(await solves.pricesOf('priced')).toBeUndefined()
      const prices = { shares: [1, null], gpuPrices: [[1, 2]], startPrices: [], works: [] }
      await solves.savePrices('r4', prices)
      expect(await solves.pricesOf('priced')).toEqual({ problem: { seed: 1 }, prices })
      expect(await postgresSolves(fresh.db, 'other').pricesOf('priced')).toBeUndefined()
      // A later solve of the same problem that has none yet hides nothing.
      await solves.begin('r5', one, blocks)
      expect(await solves.pricesOf('priced')).toMatchObject({ prices })
    })

    it('names what it does not have, and forgets old solves whole', async () => {
      const solves = postgresSolves(fresh.db, 'acme')
      await solves.begin('r3', frame, blocks)
      await expect(solves.block('r3', 'z')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await solves.forget(Date.now() + 60_000)
      await expect(solves.frame('r3')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await solves.blocks('r3')).toEqual([])
    })

    it('replaces a model’s fit and lists all of them', async () => {
      const fits = postgresFits(fresh.db, 'acme')
      const fit = { model: 'm', fittedAtMs: 1000, source: 'catalogue', points: [] }
      await fits.save({ ...fit, source: 'older' })
      await fits.save({ ...fit, model: 'a' })
      await fits.save(fit)
      expect(await fits.all()).toEqual([{ ...fit, model: 'a' }, fit])
    })

    it('keeps a live bias for whoever continues the newest, each tenant its own', async () => {
      const biases = postgresLiveBiases(fresh.db, 'acme')
      const bias = { logBias: 0.1, observations: 3, upper: 1, lower: 0 }
      const first = {
        model: 'm',
        layout: 'H100-tp1-pp1-bf16',
        quantity: 'power',
        bias,
        drift: false,
        updatedAtMs: 1000,
      } as const
      expect(await biases.save(first, undefined)).toBe(true)
      expect(await biases.save({ ...first, updatedAtMs: 1500 }, undefined)).toBe(false)
      const next = { ...first, drift: true, updatedAtMs: 2000 }
      expect(await biases.save(next, 1000)).toBe(true)
      expect(await biases.save({ ...first, updatedAtMs: 3000 }, 1000)).toBe(false)
      expect(await biases.of('m')).toEqual([next])
      expect(await postgresLiveBiases(fresh.db, 'other').of('m')).toEqual([])
    })
  })
}
