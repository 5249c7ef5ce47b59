import { randomUUID } from 'node:crypto'
import { startServers } from '../../../infra/bootstrap/servers.mjs'
import { openPostgres } from '../../../services/platform/database/postgres.ts'
import { redisServer } from '../../support/redis-server.ts'
import type { Stop } from '../started.ts'

/**
 * A Redis server, and a database of a private (or told) PostgreSQL server, for one bench alone.
 *
 * @param started where to put what has to be stopped, last first, whatever fails
 * @throws where a server is missing, with the words of how to install it
 */
export async function ownServers(purpose: string, started: Stop[]) {
  const servers = await startServers()
  started.push(() => servers.stop())
  const serverUrl = process.env.TEST_DATABASE_URL ?? servers.env.TEST_DATABASE_URL
  if (serverUrl === undefined) throw new Error(servers.missing.join('; '))
  const redis = await redisServer()
  started.push(() => redis.destroy())
  const admin = openPostgres(serverUrl, { maxConnections: 1 })
  started.push(() => admin.close())
  const databaseName = `${purpose}_${randomUUID().replaceAll('-', '')}`
  await admin.query(`create database ${databaseName}`)
  started.push(() => admin.query(`drop database ${databaseName} with (force)`))
  const databaseUrl = new URL(serverUrl)
  databaseUrl.pathname = databaseName
  return { redis, admin, databaseName, databaseUrl: databaseUrl.href }
}
