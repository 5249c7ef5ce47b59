// One job a replica. Called as `gridtide-slurm.mjs observe|apply` with a JSON document on stdin.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const TRY_AGAIN = 75

const { target, desired } = JSON.parse(readFileSync(0, 'utf8'))
const { job, script } = target.locator

try {
  if (process.argv[2] === 'observe') observe()
  else apply(desired.replicas.min)
} catch (error) {
  console.error(error.message)
  process.exitCode = TRY_AGAIN
}

function observe() {
  const jobs = listJobs()
  const running = jobs.filter(({ state }) => state === 'RUNNING').length
  console.log(
    JSON.stringify({
      desired: { replicas: { min: jobs.length, max: jobs.length } },
      settled: running === jobs.length,
      readyReplicas: running,
    }),
  )
}

/** Counts jobs anew, so doing it twice does no harm. */
function apply(replicas) {
  const jobs = listJobs()
  for (let i = jobs.length; i < replicas; i++) execFileSync('sbatch', ['--job-name', job, script])
  // What still waits goes first, then the youngest.
  const spare = jobs.toSorted(
    (a, b) => Number(a.state === 'RUNNING') - Number(b.state === 'RUNNING') || b.id - a.id,
  )
  for (const { id } of spare.slice(0, Math.max(0, jobs.length - replicas))) {
    execFileSync('scancel', ['--signal=TERM', '--batch', String(id)])
  }
}

/** Jobs that run, wait or start; one that is ending counts no more. */
function listJobs() {
  const states = 'RUNNING,PENDING,CONFIGURING'
  const args = ['--noheader', '--name', job, '--states', states, '--format', '%A %T']
  const lines = execFileSync('squeue', args, { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter(Boolean)
  return lines.map((line) => {
    const [id, state] = line.split(' ')
    return { id: Number(id), state }
  })
}
