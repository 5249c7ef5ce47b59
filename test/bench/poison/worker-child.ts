/** A worker, killed by poison. Where to work as JSON, and the program of its own processes. */
import { fork } from 'node:child_process'
import { openLog } from '../../../services/platform/log.ts'
import { openEngine } from '../../../services/wiring/engine.ts'
import type { PoisonPlace } from './jobs.ts'
import { beginWork } from './work.ts'

const [, , options, ownProgram] = process.argv
const place = JSON.parse(options!) as PoisonPlace
const engine = await openEngine(place, openLog('silent'), {
  keyPrefix: place.keyPrefix,
  startOwn: () => fork(ownProgram!),
})
await beginWork(engine.queue)
process.stdout.write('working 0\n')
