import { randomBytes, randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { openPostgres } from '../../services/platform/database/postgres.ts'
import { freshServerDatabase, redisUrl } from './engines.ts'

/** A database and a Redis user of their own, each with a password, and all that they hold. */
export async function lockedServers(tenant: string) {
  const passwords = {
    database: randomBytes(24).toString('hex'),
    redis: randomBytes(24).toString('hex'),
  }
  const user = `canary_${randomUUID().replaceAll('-', '')}`
  const { url, drop } = await freshServerDatabase()
  const admin = openPostgres(process.env.TEST_DATABASE_URL!, { maxConnections: 1 })
  await admin.query(`create role ${user} login password '${passwords.database}'`)
  await admin.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${user}`)
  const redis = new Redis(redisUrl!)
  await redis.call('ACL', 'SETUSER', user, 'on', `>${passwords.redis}`, '~*', '&*', '+@all')
  const as = (where: string, password: string) =>
    Object.assign(new URL(where), { username: user, password }).href
  return {
    passwords,
    env: { DATABASE_URL: as(url, passwords.database), REDIS_URL: as(redisUrl!, passwords.redis) },
    held: async () => ({ rows: await rowsOf(url), redis: await keysOf(redis, tenant) }),
    async destroy() {
      await drop()
      await admin.query(`drop role ${user}`)
      await admin.close()
      await redis.call('ACL', 'DELUSER', user)
      redis.disconnect()
    },
  }
}

/** Every row of every table, as text. */
async function rowsOf(url: string): Promise<string> {
  const db = openPostgres(url, { maxConnections: 1 })
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema')`,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const rows = await db.query<{ row: string }>(`select t::text as row from ${name} t`)
    texts.push(...rows.map(({ row }) => row))
  }
  await db.close()
  return texts.join('\n')
}

const READS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  string: ['GET'],
  hash: ['HGETALL'],
  list: ['LRANGE', '0', '-1'],
  set: ['SMEMBERS'],
  zset: ['ZRANGE', '0', '-1'],
  stream: ['XRANGE', '-', '+'],
}

async function keysOf(redis: Redis, tenant: string): Promise<string> {
  const texts: string[] = []
  for await (const keys of redis.scanStream({ match: `*${tenant}*`, count: 1_000 })) {
    for (const key of keys as string[]) {
      const [command, ...rest] = READS[await redis.type(key)] ?? ['GET'] // gone meanwhile: nothing
      texts.push(key, JSON.stringify(await redis.call(command, key, ...rest)))
    }
  }
  return texts.join('\n')
}
