import { describe, expect, it } from 'vitest'
import { addMeasured, takeMeasured } from '../../services/platform/measured-elsewhere.ts'
import { openMetrics } from '../../services/platform/metrics.ts'

describe('what another process measured', () => {
  it('is added to what was counted here, once; what was seen last holds', async () => {
    const [here, there] = [openMetrics(), openMetrics()]
    const webhook = { endpoint: 'ops', outcome: 'delivered' }
    here.webhooks.inc(webhook, 2)
    here.gridRung.set({ zone: 'DE' }, 1)
    there.webhooks.inc(webhook, 3)
    there.plannedWindows.inc({ origin: 'kept' }, 24)
    there.gridRung.set({ zone: 'DE' }, 5)
    there.modelBias.set({ model: 'm', layout: 'l', quantity: 'step' }, 1.25)
    there.modelDrift.set({ model: 'm', layout: 'l', quantity: 'step' }, 1)

    addMeasured(here, await takeMeasured(there))
    addMeasured(here, await takeMeasured(there))
    there.webhooks.inc(webhook)
    addMeasured(here, await takeMeasured(there))
    const text = await here.registry.metrics()
    for (const line of [
      'gridtide_webhook_attempts_total{endpoint="ops",outcome="delivered"} 6',
      'gridtide_planned_windows_total{origin="kept"} 24',
      'gridtide_grid_rung{zone="DE"} 5',
      'gridtide_model_bias_ratio{model="m",layout="l",quantity="step"} 1.25',
      'gridtide_model_drift{model="m",layout="l",quantity="step"} 1',
    ]) {
      expect(text).toContain(`${line}\n`)
    }
  })
})
