import { join } from 'node:path'
import { fileStop } from '../actuation/adapters/file-stop.ts'
import { sqlStop } from '../actuation/adapters/sql-stop.ts'
import { environmentStop, lastKnown, type StopSwitch, stopReason } from '../actuation/index.ts'
import { Conflict } from '../domain/errors.ts'
import type { Database } from '../platform/database/database.ts'

/** The file that stops everything of one installation's home; see `gridtide stop`. */
export const stopFile = (home: string) => fileStop(join(home, 'stop'))

/** Told why nothing may be moved, or undefined: whether that is what the caller has seen. */
export type StillSo = (why: string | undefined) => boolean

/**
 * Every way to say stop, read together. What the database has taken holds on every machine, and any
 * of them may take it back; where it is away, a file holds it on this one.
 */
export function stopSwitch(
  home: string,
  environment: string | undefined,
  database: Pick<Database, 'query' | 'transaction'>,
  tenant: string,
) {
  const file = stopFile(home)
  const here = [file, environmentStop(environment)]
  const shared = lastKnown(sqlStop(database, tenant))
  const reason = () => stopReason([shared, ...here])

  /** @returns whether the database took it */
  async function tellAll(
    change: (one: StopSwitch) => Promise<void>,
    still: StillSo | undefined,
  ): Promise<boolean> {
    const insist = (why: string | undefined) => {
      if (still?.(why) === false) throw new Conflict('the switch was thrown meanwhile; look again')
    }
    try {
      await database.transaction(async (tx) => {
        const told = sqlStop(tx, tenant)
        if (still) {
          await told.holdOthers()
          insist(await stopReason([{ ...told, local: true }, ...here]))
        }
        await change(told)
      })
      return true
    } catch (error) {
      if (error instanceof Conflict) throw error
      if (still) insist(await reason())
      return false
    }
  }

  return {
    /** Why nothing may be moved now; undefined where nobody has said stop. */
    reason,
    /**
     * @returns whether other machines see it too; this one does whatever the database does
     * @throws Conflict where it says something else than the caller has seen
     */
    async engage(why: string, still?: StillSo): Promise<boolean> {
      const before = await file.read()
      // A database that is away may take long to say so.
      if (!still && before === undefined) await file.engage(why)
      const everywhere = await tellAll((one) => one.engage(why), still)
      if (!everywhere) await file.engage(why)
      else if (before === undefined) await file.disengage()
      return everywhere
    },
    /** The same the other way; what was said on this machine alone is taken back as well. */
    async disengage(still?: StillSo): Promise<boolean> {
      const everywhere = await tellAll((one) => one.disengage(), still)
      await file.disengage()
      return everywhere
    },
  }
}
