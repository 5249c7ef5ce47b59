import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  InvalidInput,
  UpstreamMalformed,
  UpstreamRefused,
  UpstreamUnavailable,
} from '../../services/domain/errors.ts'
import { slurm } from '../../services/schedulers/adapters/slurm.ts'
import { describeJobScheduler } from '../contracts/job-scheduler.contract.ts'
import { slurmWorld } from './slurm-world.ts'

describeJobScheduler('slurm', slurmWorld)

it('reads size and length off the queue, and leaves unmarked jobs alone', async () => {
  const one = await slurmWorld()
  await one.submit()
  await one.submit({ deadline: '2026-01-24T00:00:00Z' })
  expect(await one.scheduler.list()).toMatchObject([{ ask: { gpus: 8, hours: 30.5 } }])
  await one.close()
})

it.each([
  ['a queue that prints something else', 'echo hello', UpstreamMalformed],
  ['a refusal', 'echo "Access denied" >&2; exit 1', UpstreamRefused],
  [
    'a controller that is away',
    'echo "Unable to contact slurm controller" >&2; exit 1',
    UpstreamUnavailable,
  ],
])('says so of %s', async (_what, script, error) => {
  const one = await slurmWorld()
  writeFileSync(join(one.folder, 'squeue'), `#!/bin/sh\n${script}\n`)
  await expect(one.scheduler.list()).rejects.toThrow(error)
  await one.close()
})

it('says that a command is not there', async () => {
  const options = { id: 'hpc', region: 'north', timeoutMs: 1000, nowMs: Date.now }
  const none = slurm({ ...options, prefix: ['/no/such/ssh'] })
  await expect(none.list()).rejects.toThrow(InvalidInput)
})
