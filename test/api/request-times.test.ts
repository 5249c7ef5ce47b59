import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { requestTimes } from '../../services/api/request-times.ts'

it('counts times as Prometheus wants them: each bucket with all shorter ones', async () => {
  const { metric, observe } = requestTimes('took_seconds', 'Time.')
  const registry = new Registry()
  registry.registerMetric(metric)
  for (const seconds of [0.0005, 0.001, 0.03, 100]) observe('getPlan', 200, seconds)
  observe('getPlan', 404, 0.2)
  const lines = (await registry.metrics()).split('\n')
  const ok = 'operation="getPlan",status="200"'
  expect(lines).toContain('# TYPE took_seconds histogram')
  for (const [le, count] of Object.entries({ 0.001: 2, 0.025: 2, 0.05: 3, 5: 3, '+Inf': 4 })) {
    expect(lines).toContain(`took_seconds_bucket{${ok},le="${le}"} ${count}`)
  }
  expect(lines).toContain(`took_seconds_sum{${ok}} 100.0315`)
  expect(lines).toContain(`took_seconds_count{${ok}} 4`)
  expect(lines).toContain('took_seconds_count{operation="getPlan",status="404"} 1')
})
