/** Starts other programs while it has no file to spare, and says what came of each; see out-of-files.test.ts. */
import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { execBackend } from '../../services/actuation/adapters/exec.ts'
import { startOwnProcess } from '../../services/cli/start-own-process.ts'
import { ownProcess } from '../../services/queue/adapters/own-process.ts'
import { realDeps, targetOf } from '../actuation/backend-world.ts'

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  exec: () =>
    execBackend({ command: ['true'], timeoutMs: 1_000 }, realDeps()).observe(targetOf({})),
  apart: () =>
    ownProcess(() => startOwnProcess({} as never)).run(
      {
        name: 'refit-models',
        payload: { model: 'a' },
        context: { id: 'a job', attempt: 1, dueAtMs: 7 },
        children: { results: [], failures: [] },
        trace: {},
      },
      0,
      new AbortController().signal,
    ),
}

const files: number[] = []
try {
  for (;;) files.push(openSync('/dev/null', 'r'))
} catch {} // those were all
const outcome = await WAYS[process.argv[2]!]!().then(
  () => 'was started',
  ({ name, message }: Error) => `${name}: ${message}`,
)
await pause(100) // what nobody listens to is told later
for (const file of files) closeSync(file)
process.stdout.write(outcome)
