import type { Sql } from './database.ts'

/**
 * Our tables, each after those that it refers to, so that rows can be put back in this order. How
 * far the schema has come is told apart from them.
 */
export async function tablesInOrder(db: Sql): Promise<readonly string[]> {
  const tables = await db.query<{ name: string }>(
    `select table_name::text as name from information_schema.tables
     where table_schema = 'gridtide' and table_type = 'BASE TABLE'
     and table_name <> 'schema_migration' order by table_name`,
  )
  const references = await db.query<{ child: string; parent: string }>(
    `select child.relname::text as child, parent.relname::text as parent
     from pg_constraint join pg_class child on child.oid = conrelid
     join pg_class parent on parent.oid = confrelid
     where contype = 'f' and child.relnamespace = 'gridtide'::regnamespace`,
  )
  const ordered = new Set<string>()
  const visit = (name: string): void => {
    for (const { child, parent } of references) {
      if (child === name && parent !== name && !ordered.has(parent)) visit(parent)
    }
    ordered.add(name)
  }
  for (const { name } of tables) visit(name)
  return [...ordered]
}
