import type { Env } from '../../config/env.ts'
import type { Database } from '../platform/database/database.ts'
import { openEmbedded } from '../platform/database/embedded.ts'
import { openPostgres } from '../platform/database/postgres.ts'

/** Opens the state where the environment wants it; its schema is as it was left. */
export const openDatabase = async ({
  databaseUrl,
  home,
}: Pick<Env, 'home' | 'databaseUrl'>): Promise<Database> =>
  databaseUrl ? openPostgres(databaseUrl) : openEmbedded(home)
