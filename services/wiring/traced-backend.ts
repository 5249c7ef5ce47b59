import type { InferenceBackend } from '../actuation/index.ts'
import { inSpan } from '../platform/tracing.ts'

/** The same backend, each of its calls a span of the trace that led to it. */
export function tracedBackend(id: string, backend: InferenceBackend): InferenceBackend {
  const attributesOf = (target: string) => ({
    'gridtide.backend': id,
    'gridtide.backend_type': backend.type,
    'gridtide.target': target,
  })
  const traced = <Result>(verb: string, target: string, work: () => Promise<Result>) =>
    inSpan(`backend ${verb}`, attributesOf(target), work)
  return {
    type: backend.type,
    probe: (target, abort) => traced('probe', target.id, () => backend.probe(target, abort)),
    observe: (target, abort) => traced('observe', target.id, () => backend.observe(target, abort)),
    ...(backend.observeAll && {
      observeAll: (targets, abort) => {
        const about = `${targets.length} targets`
        return traced('observe all', about, () => backend.observeAll!(targets, abort))
      },
    }),
    apply: (target, desired, context) =>
      traced('apply', target.id, () => backend.apply(target, desired, context)),
    settle: (target, receipt, deadlineMs, abort) =>
      traced('settle', target.id, () => backend.settle(target, receipt, deadlineMs, abort)),
    release: (target, context) =>
      traced('release', target.id, () => backend.release(target, context)),
  }
}
