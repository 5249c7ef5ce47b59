import type { Sql } from './database.ts'

/** A request that must not be done twice, however often it comes. */
export interface Once {
  readonly tenant: string
  readonly id: string
  readonly nowMs: number
}

/**
 * What came of a request before, in the transaction that is to do it. Whoever does the same at the
 * same time waits here for that transaction's end.
 *
 * @returns undefined where nothing did: then do it, and `noteOnce` what came of it
 */
export async function recallOnce<Result>(
  tx: Sql,
  { tenant, id, nowMs }: Once,
): Promise<Result | undefined> {
  await tx.query(
    'insert into done_once (tenant, id, at_ms) values ($1, $2, $3) on conflict do nothing',
    [tenant, id, nowMs],
  )
  const [row] = await tx.query<{ result: Result | null }>(
    'select result from done_once where tenant = $1 and id = $2 for update',
    [tenant, id],
  )
  return row?.result ?? undefined
}

/** Remembers what came of a request, in the transaction that did it. */
export async function noteOnce(tx: Sql, { tenant, id }: Once, result: unknown): Promise<void> {
  await tx.query('update done_once set result = $3::jsonb where tenant = $1 and id = $2', [
    tenant,
    id,
    JSON.stringify(result),
  ])
}
