import { randomUUID } from 'node:crypto'
import { openPostgres } from '../../../services/platform/database/postgres.ts'
import { postgresServer } from '../../support/postgres-server.ts'
import { redisServer } from '../../support/redis-server.ts'
import type { Stop } from '../started.ts'

/**
 * A Redis server and a PostgreSQL server with a database, for one bench alone.
 *
 * @param started where to put what has to be stopped, last first, whatever fails
 * @throws where a server is missing, with the words of how to install it
 */
export async function ownServers(purpose: string, started: Stop[]) {
  const postgres = await postgresServer()
  started.push(() => postgres.destroy())
  const redis = await redisServer()
  started.push(() => redis.destroy())
  const admin = openPostgres(postgres.url, { maxConnections: 1 })
  started.push(() => admin.close())
  const databaseName = `${purpose}_${randomUUID().replaceAll('-', '')}`
  await admin.query(`create database ${databaseName}`)
  const databaseUrl = new URL(postgres.url)
  databaseUrl.pathname = databaseName
  return { redis, postgres, admin, databaseName, databaseUrl: databaseUrl.href }
}
