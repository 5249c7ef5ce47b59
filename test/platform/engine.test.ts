import { describe, expect, it } from 'vitest'
import { systemClock } from '../../services/platform/clock.ts'
import { chooseEngine } from '../../services/platform/engine.ts'
import { openMetrics } from '../../services/platform/metrics.ts'

describe('the choice of engines', () => {
  const databaseUrl = 'postgresql://db/x'
  const redisUrl = 'redis://r'
  it.each([
    [{}, 'embedded', 'embedded'],
    [{ databaseUrl }, 'postgres', 'postgres'],
    [{ redisUrl }, 'embedded', 'redis'],
    [{ databaseUrl, redisUrl }, 'postgres', 'redis'],
  ])('%o: state %s, queue %s', (urls, state, queue) => {
    const choice = chooseEngine({ home: '/data', ...urls })
    expect(choice).toMatchObject({ state, queue })
    expect(choice.words).not.toContain('//')
  })

  it('has a clock that goes', () => {
    expect(systemClock.nowMs()).toBeGreaterThan(Date.UTC(2026, 0))
  })

  it('prints what it measures, under one prefix', async () => {
    const metrics = openMetrics()
    metrics.jobs.inc({ job: 'solve-plan', outcome: 'completed' })
    const text = await metrics.registry.metrics()
    expect(text).toContain('gridtide_jobs_total{job="solve-plan",outcome="completed"} 1')
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    expect(names.filter((name) => !name!.startsWith('gridtide_'))).toEqual([])
  })
})
