import type { Database, Sql } from '../../services/platform/database/database.ts'

/** A process is over: whatever it calls from now on never happens. */
export class Crash extends Error {}

/** Counts what a process does to the outside, and ends it at one point, before or after. */
export function mortal(crashAt: number) {
  let point = 0
  let dead = false
  const pass = () => {
    if (dead || point === crashAt) {
      dead = true
      throw new Crash()
    }
    point += 1
  }
  const underWay = new Set<Promise<unknown>>()
  const around = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    pass()
    const call = work()
    underWay.add(call)
    try {
      const result = await call
      pass()
      return result
    } finally {
      underWay.delete(call)
    }
  }
  return {
    around,
    points: () => point,
    /** Until the outside has done what the dead had asked for side by side with its last call. */
    calm: () => Promise.allSettled(underWay),
  }
}
export type Mortal = ReturnType<typeof mortal>

/** A database as a process sees it that may die at any call. */
export function mortalDatabase(db: Database, { around }: Pick<Mortal, 'around'>): Database {
  const over = (sql: Sql): Sql => ({
    query: (text, params) => around(() => sql.query(text, params)),
  })
  return {
    ...db,
    ...over(db),
    // A crash inside rolls back, as a dropped connection does; one after it has committed unheard.
    transaction: (work) => around(() => db.transaction((tx) => work(over(tx)))),
  }
}
