import { type TProperties, Type } from 'typebox'

/** One sample as Prometheus tells it: seconds of the epoch, and a number as text. */
export const PROMETHEUS_SAMPLE = Type.Tuple([Type.Number(), Type.String()])

/** An answer of Prometheus' query API, of whose series each has labels and `samples`. */
export const prometheusAnswer = <Samples extends TProperties>(samples: Samples) =>
  Type.Object({
    data: Type.Object({
      result: Type.Array(
        Type.Object({ metric: Type.Record(Type.String(), Type.String()), ...samples }),
      ),
    }),
  })

/** What tells the GPUs of DCGM's exporters apart. */
export const gpuOfLabels = (labels: Readonly<Record<string, string>>): string =>
  labels.UUID ?? `${labels.instance}:${labels.gpu}`
