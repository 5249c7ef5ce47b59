import type { JobQueue } from '../../../services/queue/index.ts'

const JOBS = 2_000
const CONCURRENCY = 16

/** What the queue alone costs: jobs that do nothing, added and run in this process. */
export async function jobsPerSecond(queue: JobQueue): Promise<number> {
  let left = JOBS
  const done = new Promise<void>((resolve) => {
    void queue.work(
      'replan-jobs',
      async () => {
        if (--left === 0) resolve()
      },
      { concurrency: CONCURRENCY },
    )
  })
  const startedMs = performance.now()
  for (let atMs = 0; atMs < JOBS; atMs += CONCURRENCY) {
    await Promise.all(
      Array.from({ length: CONCURRENCY }, (_, index) =>
        queue.add({
          name: 'replan-jobs',
          payload: { atMs: atMs + index },
          id: `empty-${atMs + index}`,
        }),
      ),
    )
  }
  await done
  return JOBS / ((performance.now() - startedMs) / 1000)
}
