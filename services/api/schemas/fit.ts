import { Type } from 'typebox'
import type { Of } from './ref.ts'

const Judged = (description: string) =>
  Type.Object(
    {
      measured: Type.Number(),
      predicted: Type.Number({ description: 'From all other runs.' }),
      low: Type.Number({ description: '10 % quantile of the prediction.' }),
      high: Type.Number({ description: '90 % quantile of the prediction.' }),
      z: Type.Number({
        description: 'Measured above predicted, in standard deviations of the prediction.',
      }),
    },
    { description },
  )

const Setting = Type.Object({
  tensorParallel: Type.Integer(),
  pipelineParallel: Type.Integer(),
  dataParallel: Type.Integer(),
  precision: Type.String(),
  batch: Type.Number({ description: 'Mean number of sequences at once.' }),
  inputTokens: Type.Number(),
  outputTokens: Type.Number(),
})

const FitOnGpu = Type.Object({
  gpu: Type.String(),
  standsOn: Type.Enum(['own runs', 'catalogue', 'prior'], {
    description: "The fleet's own runs, the catalogue's, or none of this model on this GPU.",
  }),
  caveats: Type.Array(Type.String()),
  runs: Type.Array(
    Type.Object({
      setting: Setting,
      tokensPerSecond: Judged('Output tokens/s of the replica.'),
      watts: Type.Optional(Judged('W, all GPUs of the replica.')),
      joulesPerToken: Type.Optional(Judged('J per output token.')),
    }),
    { description: 'Each judged by all the others.' },
  ),
  next: Type.Optional(
    Type.Object({
      worstLogSd: Type.Number({
        description: 'Largest deviation of log(J/token) of any layout worth considering.',
      }),
      stop: Type.Optional(
        Type.Enum(['certain', 'plan-settled'], { description: 'Why no run is needed.' }),
      ),
      runs: Type.Array(Setting, { description: 'What to measure next, the most telling first.' }),
    }),
  ),
})

export const ModelFitSchema = Type.Object(
  { model: Type.String(), gpus: Type.Array(FitOnGpu) },
  { $id: 'ModelFit', description: 'How a model is fitted on each GPU type of the fleet.' },
)
export type ModelFitView = Of<typeof ModelFitSchema>
