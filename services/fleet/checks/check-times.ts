import type { FieldIssue } from '../../domain/errors.ts'
import type { MeaningCheck } from '../meaning-check.ts'
import type { Fleet } from '../schema/fleet.ts'

/** Clocks and calendars make sense. */
export const checkTimes: readonly MeaningCheck[] = [
  {
    reads: ['planning'],
    *run({ planning: { windowMinutes } }) {
      if (60 % windowMinutes !== 0) {
        yield {
          path: '/planning/windowMinutes',
          message: `${windowMinutes} does not divide an hour`,
          suggestion: 'use 5, 6, 10, 12, 15, 20, 30 or 60',
        }
      }
    },
  },
  { reads: ['models'], run: demandTimezones },
  { reads: ['policy'], run: quietHours },
]

function* demandTimezones({ models }: Fleet): Generator<FieldIssue> {
  for (const [index, { demand }] of models.entries()) {
    for (const [entry, source] of demand.entries()) {
      if (source.kind !== 'hourly') continue
      yield* timezone(source.timezone, `/models/${index}/demand/${entry}/timezone`)
    }
  }
}

function* quietHours({ policy }: Fleet): Generator<FieldIssue> {
  for (const [index, { from, to, timezone: zone }] of policy.quietHours.entries()) {
    const path = `/policy/quietHours/${index}`
    yield* timezone(zone, `${path}/timezone`)
    if (from === to) yield { path: `${path}/to`, message: 'is the same as `from`' }
  }
}

function* timezone(name: string, path: string): Generator<FieldIssue> {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    yield {
      path,
      message: `there is no time zone ${JSON.stringify(name)}`,
      suggestion: 'use an IANA name, e.g. "Europe/Berlin"',
    }
  }
}
