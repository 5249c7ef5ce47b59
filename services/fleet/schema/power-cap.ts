import { type Static, Type } from 'typebox'
import { kind, reach, scope, template, token } from './far-side.ts'
import { Id, strict } from './parts.ts'

export const PowerCap = strict(
  {
    id: Id,
    kind: kind('zeusd'),
    token,
    ...reach,
    targets: Type.Array(
      strict(
        {
          ...scope,
          url: Type.String(template),
          gpuIds: Type.Array(Type.Integer({ minimum: 0, maximum: 1023 }), {
            minItems: 1,
            maxItems: 64,
            description: 'GPUs of that node which the variant has to itself.',
          }),
        },
        { description: 'GPUs of one node; all entries that fit a placement are set.' },
      ),
      { minItems: 1, maxItems: 10_000 },
    ),
  },
  { description: 'Power caps through zeusd, for variants with a power cap.' },
)
export type PowerCap = Static<typeof PowerCap>
