import { expect, it } from 'vitest'
import { openThreads } from '../../services/platform/threads.ts'
import { compiledSolver } from '../../services/wiring/open-solver.ts'

const TASK = new URL('../support/compiling-task.ts', import.meta.url)

it('compiles the solver once a process, and makes one of it, with memory of its own, each time', async () => {
  const threads = openThreads({ threads: 1, prepare: compiledSolver })
  try {
    expect(await threads.run(TASK, { solver: true })).toEqual({ compilations: 0, isSame: false })
  } finally {
    await threads.close()
  }
})
