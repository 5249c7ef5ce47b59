import { NotFound } from '../../domain/errors.ts'
import type { Block, BlockSolution, PlanPrices } from '../../planning/index.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Frame, SolveStore } from '../port.ts'

/** Solves in PostgreSQL or PGlite: `solves` and `solve_blocks`. */
export const postgresSolves = (database: Database, tenant: string): SolveStore => ({
  ...wholeSolves(database, tenant),
  ...blocksOfSolves(database, tenant),
})

type BlockStore = Pick<SolveStore, 'block' | 'blocks' | 'saveSolution' | 'solutions'>

function wholeSolves(database: Database, tenant: string): Omit<SolveStore, keyof BlockStore> {
  return {
    async begin(revision, frame, blocks, known = []) {
      const solutionOf = new Map(known.map((solution) => [solution.blockId, solution]))
      await database.transaction(async (sql) => {
        const inserted = await sql.query(
          `INSERT INTO solves (tenant, revision, problem_digest, frame) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING RETURNING 1`,
          [tenant, revision, frame.problemDigest, JSON.stringify(frame)],
        )
        if (inserted.length === 0) return
        for (const [position, block] of blocks.entries()) {
          const solution = solutionOf.get(block.id)
          await sql.query(
            `INSERT INTO solve_blocks (tenant, revision, block_id, position, block, solution)
             VALUES ($1, $2, $3, $4, $5, $6)`,
            [
              tenant,
              revision,
              block.id,
              position,
              JSON.stringify(block),
              solution ? JSON.stringify(solution) : null,
            ],
          )
        }
      })
    },

    async frame(revision) {
      const [row] = await database.query<{ frame: Frame }>(
        'SELECT frame FROM solves WHERE tenant = $1 AND revision = $2',
        [tenant, revision],
      )
      if (!row) throw new NotFound(`no solve ${revision}`)
      return row.frame
    },

    async frameOf(problemDigest) {
      const [row] = await database.query<{ frame: Frame }>(
        'SELECT frame FROM solves WHERE tenant = $1 AND problem_digest = $2 LIMIT 1',
        [tenant, problemDigest],
      )
      if (!row) throw new NotFound('the problem of this plan is no longer kept')
      return row.frame
    },

    async savePrices(revision, prices) {
      await database.query('UPDATE solves SET prices = $3 WHERE tenant = $1 AND revision = $2', [
        tenant,
        revision,
        JSON.stringify(prices),
      ])
    },

    async pricesOf(problemDigest) {
      const [row] = await database.query<{ frame: Frame; prices: PlanPrices }>(
        `SELECT frame, prices FROM solves
         WHERE tenant = $1 AND problem_digest = $2 AND prices IS NOT NULL
         ORDER BY begun_at DESC LIMIT 1`,
        [tenant, problemDigest],
      )
      return row && { problem: row.frame.problem, prices: row.prices }
    },

    async forget(beforeMs) {
      await database.query(
        'DELETE FROM solves WHERE tenant = $1 AND begun_at < to_timestamp($2 / 1000.0)',
        [tenant, beforeMs],
      )
    },
  }
}

function blocksOfSolves(database: Database, tenant: string): BlockStore {
  return {
    async block(revision, blockId) {
      const [row] = await database.query<{ block: Block }>(
        'SELECT block FROM solve_blocks WHERE tenant = $1 AND revision = $2 AND block_id = $3',
        [tenant, revision, blockId],
      )
      if (!row) throw new NotFound(`no block ${blockId} in solve ${revision}`)
      return row.block
    },

    async blocks(revision) {
      const rows = await database.query<{ block: Block }>(
        'SELECT block FROM solve_blocks WHERE tenant = $1 AND revision = $2 ORDER BY position',
        [tenant, revision],
      )
      return rows.map(({ block }) => block)
    },

    async saveSolution(revision, blockId, solution) {
      await database.query(
        `UPDATE solve_blocks SET solution = $4
         WHERE tenant = $1 AND revision = $2 AND block_id = $3 AND solution IS NULL`,
        [tenant, revision, blockId, JSON.stringify(solution)],
      )
    },

    async solutions(revision) {
      const rows = await database.query<{ solution: BlockSolution | null }>(
        'SELECT solution FROM solve_blocks WHERE tenant = $1 AND revision = $2 ORDER BY position',
        [tenant, revision],
      )
      return rows.map(({ solution }) => solution ?? undefined)
    },
  }
}
