import { join } from 'node:path'
import { fileStop } from '../actuation/adapters/file-stop.ts'
import { sqlStop } from '../actuation/adapters/sql-stop.ts'
import { environmentStop, lastKnown, stopReason } from '../actuation/index.ts'
import type { Sql } from '../platform/database/database.ts'

/** The file that stops everything of one installation's home; see `gridtide stop`. */
export const stopFile = (home: string) => fileStop(join(home, 'stop'))

/** Every way to say stop, read together. What is told goes to the file first: that always works. */
export function stopSwitch(
  home: string,
  environment: string | undefined,
  sql: Sql,
  tenant: string,
) {
  const file = stopFile(home)
  const shared = sqlStop(sql, tenant)
  const sources = [file, environmentStop(environment), lastKnown(shared)]
  return {
    /** Why nothing may be moved now; undefined where nobody has said stop. */
    reason: () => stopReason(sources),
    /** @returns whether other machines see it too; this one does whatever the database does */
    async engage(why: string): Promise<boolean> {
      await file.engage(why)
      return reached(shared.engage(why))
    },
    async disengage(): Promise<boolean> {
      await file.disengage()
      return reached(shared.disengage())
    },
  }
}

const reached = (telling: Promise<void>): Promise<boolean> =>
  telling.then(
    () => true,
    () => false,
  )
