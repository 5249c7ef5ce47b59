import { expect, it } from 'vitest'
import { interpolationsOf, shippedInterpolations } from './sql.ts'

/** What may stand in the text of a statement besides constants of the same file, each looked at. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // Constants of a neighbour, and pieces made of constants alone.
  'services/deferred/adapters/postgres.ts': [
    "joined('ran', '$3::jsonb')",
    "joined('kept.ran', 'one.ran')",
    "ACTIVE.replace('state', 'kept.state')",
  ],
  'services/notification/adapters/postgres-claim.ts': ['EVENT'],
  'services/plans/adapters/postgres.ts': ['FULL', 'PLAN_HEAD', 'where'],
  'services/requests/adapters/postgres-batches.ts': ['NOW'],
  // One of two texts of the function itself; parameters carry the values.
  'services/keys/adapters/postgres.ts': ['set'],
  'services/notification/adapters/postgres.ts': ['where'],
  'services/requests/adapters/postgres-files.ts': ['sign', 'direction'],
  // Tables and columns as the catalogue of our own schema names them.
  'services/platform/database/backup.ts': ['table'],
  'services/platform/database/restore.ts': ['table', 'column'],
  // Whole statements on their way from those who are looked at here.
  'services/platform/database/embedded-pool.ts': ['text'],
  'services/platform/database/migrate.ts': ['sql'],
  'services/platform/database/over-pool.ts': ['text'],
  'services/queue/adapters/again-pool.ts': ['text'],
  'services/queue/adapters/bullmq-backend.ts': ['text'],
}

it('puts nothing into the text of a statement but what is listed here', () => {
  const found = shippedInterpolations()
  expect(found.length).toBeGreaterThan(30)
  const unknown = found.filter(
    ({ place, text, isFixed }) => !isFixed && !ALLOWED[place.split(':')[0]!]?.includes(text),
  )
  expect(unknown).toEqual([])
})

it('lists nothing that is gone', () => {
  const found = new Set(
    shippedInterpolations().map(({ place, text }) => `${place.split(':')[0]}: ${text}`),
  )
  const listed = Object.entries(ALLOWED).flatMap(([file, texts]) =>
    texts.map((text) => `${file}: ${text}`),
  )
  expect(listed.filter((one) => !found.has(one))).toEqual([])
})

it('would notice a value', () => {
  const source = `
    const TABLE = 'plan'
    const HEAD = \`select * from \${TABLE}\`
    db.query(\`\${HEAD} where name = '\${name}'\`)
    db.query('select ' + id)
    db.query(\`\${HEAD} where tenant = $1\`, [tenant])`
  const found = interpolationsOf('bad.ts', source).filter(({ isFixed }) => !isFixed)
  expect(found.map(({ place, text }) => [place, text])).toEqual([
    ['bad.ts:4', 'name'],
    ['bad.ts:5', "'select ' + id"],
  ])
})
