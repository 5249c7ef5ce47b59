import { expect, it } from 'vitest'
import type { InvalidInput } from '../../services/domain/errors.ts'
import { latestStartMs, readAsk } from '../../services/schedulers/index.ts'

const HOUR_MS = 3_600_000

it('fills in what is left out', () => {
  expect(readAsk({ deadline: '2026-01-21T06:00:00+01:00', hours: '4' }, { gpus: 8 })).toEqual({
    deadlineMs: Date.parse('2026-01-21T05:00:00Z'),
    hours: 4,
    gpus: 8,
    interruptible: false,
    startMinutes: 10,
    checkpointMinutes: 0,
    slowestRatio: 0.5,
    priority: 0,
  })
})

it('names every mark that is wrong', () => {
  const wrong = readAsk(
    {
      deadline: '2026-01-21 06:00',
      hours: '-1',
      gpus: 'many',
      interruptible: 'yes',
      'slowest-ratio': '0',
      priority: ' ',
    },
    {},
  ) as InvalidInput
  expect(wrong.issues.map(({ path }) => path)).toEqual([
    '/deadline',
    '/interruptible',
    '/hours',
    '/gpus',
    '/slowest-ratio',
    '/priority',
  ])
})

it('has to be told a deadline and a length', () => {
  const { issues } = readAsk({ gpu: 'H100' }, {}) as InvalidInput
  expect(issues).toEqual([
    { path: '/deadline', message: 'is missing' },
    { path: '/hours', message: 'is missing' },
  ])
})

it('leaves time for the start and the slowest throughput', () => {
  const ask = readAsk({ deadline: '2026-01-21T12:00:00Z', hours: '2', 'start-minutes': '60' }, {})
  expect(latestStartMs(ask as never)).toBe(Date.parse('2026-01-21T12:00:00Z') - 5 * HOUR_MS)
})
