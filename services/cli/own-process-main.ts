/** A process that runs one job at a time for the worker that started it; see `startOwnProcess`. */
import { once } from 'node:events'
import { startWorkers } from '../../workers/start-workers.ts'
import { openLog } from '../platform/log.ts'
import { takeMeasured } from '../platform/measured-elsewhere.ts'
import { answerParent } from '../queue/index.ts'
import { openService } from '../wiring/service.ts'
import { stepPorts } from '../wiring/steps.ts'
import type { OwnProcessOptions } from './start-own-process.ts'
import { traceTo } from './trace-to.ts'

process.stderr.on('error', () => undefined) // see `main.ts`
const [options] = (await once(process, 'message')) as [OwnProcessOptions]
const log = openLog(options.env.logLevel, (line) => void process.stderr.write(line))
await traceTo(options.env.traceEndpoint, { atOnce: true })
const service = await openService({ ...options, log })
await answerParent(
  (queue) => startWorkers(queue, stepPorts(service)),
  () => takeMeasured(service.metrics),
)
