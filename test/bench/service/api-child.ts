/** The API over a database, in a process of its own, so that its memory is its own. */
import { openDatabase } from '../../../services/wiring/open-database.ts'
import type { ApiPlace } from './api-process.ts'
import { apiUnderTest } from './api-under-test.ts'

const db = await openDatabase(JSON.parse(process.argv[2]!) as ApiPlace)
const { app, key } = await apiUnderTest(db)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.on('message', async () => {
  await app.close()
  await db.close()
  process.exit(0)
})
process.send!({ url, key })
