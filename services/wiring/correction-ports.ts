import { catalogueGpu, predict } from '../fitting/index.ts'
import { appendEvents } from '../notification/index.ts'
import type { CorrectLivePorts } from '../pipeline/correct-live.ts'
import { fitOn } from '../pipeline/fit-model.ts'
import { knownModel } from './known-model.ts'
import type { Service } from './service.ts'

/** What the live correction asks for, out of an open service. */
export function correctionPorts(service: Service): CorrectLivePorts {
  const { database, gpuWatts, metrics, nowMs, queue, stores } = service
  return {
    plans: stores.plans,
    fits: stores.fits,
    biases: stores.liveBiases,
    serving: service.serving,
    gpuWatts,
    predicted: async (id, variant, batch) => {
      const known = await knownModel(service, id)
      if (!known) return undefined
      const { model, knowledge } = known
      const fitted = fitOn(catalogueGpu(variant.gpu), model, knowledge, variant.powerCapWatts)
      const { step, power } = predict(fitted, [{ ...variant, ...model.workload, batch }])
      return {
        step: { logMean: step.logMean[0]!, logSd: step.logSd[0]! },
        power: { logMean: power.logMean[0]!, logSd: power.logSd[0]! },
      }
    },
    changedAtMs: async (model) => {
      // Targets are named region/model/variant.
      const told = [...(await stores.toldTargets.all())]
      const own = told.filter(([id]) => id.split('/')[1] === model).map(([, atMs]) => atMs)
      return own.length > 0 ? Math.max(...own) : undefined
    },
    tell: (events) => database.transaction((tx) => appendEvents(tx, service.tenant, events)),
    refit: async (model) => {
      await queue.add({ name: 'refit-models', payload: { model }, id: `live-${model}-${nowMs()}` })
    },
    observe: ({ model, layout, quantity, bias, drift }) => {
      metrics.modelBias.set({ model, layout, quantity }, Math.exp(bias.logBias))
      metrics.modelDrift.set({ model, layout, quantity }, drift ? 1 : 0)
    },
    nowMs,
  }
}
