import { type ChildProcess, fork } from 'node:child_process'
import { builtModule, FROM_SOURCE } from '../platform/built-module.ts'
import type { ServiceOptions } from '../wiring/service.ts'

/** What a process needs to open the same service; a log cannot be sent. */
export type OwnProcessOptions = Omit<ServiceOptions, 'log' | 'startOwn'>

/**
 * Starts a process of the same service that answers `answerParent`'s messages, for jobs under which a
 * process has died. Its state has to be on a server: an embedded database is one process's.
 */
export function startOwnProcess(options: OwnProcessOptions): ChildProcess {
  const { env, secrets, fleetFile, fleet, fleetHash } = options
  const child = fork(new URL(builtModule(new URL('./own-process-main.ts', import.meta.url))), {
    execArgv: [
      ...process.execArgv,
      ...(FROM_SOURCE ? ['--import', import.meta.resolve('tsx')] : []),
    ],
    serialization: 'advanced',
  })
  // One that could not be started has no channel; its error is told to whoever waits for it.
  if (child.connected)
    child.send({ env, secrets, fleetFile, fleet, fleetHash } satisfies OwnProcessOptions)
  return child
}
