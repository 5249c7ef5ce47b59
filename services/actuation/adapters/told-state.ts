import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { UpstreamMalformed } from '../../domain/errors.ts'
import { versionOf } from '../desired.ts'
import type { Observed } from '../port.ts'

const Replicas = Type.Object({
  min: Type.Integer({ minimum: 0 }),
  max: Type.Integer({ minimum: 0 }),
})
const Band = Type.Object({
  min: Type.Integer({ minimum: 1 }),
  max: Type.Integer({ minimum: 1 }),
})
const DesiredShape = Type.Object(
  {
    replicas: Type.Optional(Replicas),
    parallelism: Type.Optional(
      Type.Object({
        tensor: Type.Integer({ minimum: 1 }),
        pipeline: Type.Integer({ minimum: 1 }),
        data: Type.Integer({ minimum: 1 }),
      }),
    ),
    weightsPercent: Type.Optional(
      Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 100 })),
    ),
    powerCapWatts: Type.Optional(Type.Union([Type.Number(), Type.Literal('default')])),
    smClockMhz: Type.Optional(Type.Union([Band, Type.Literal('default')])),
    engine: Type.Optional(
      Type.Union([
        Type.Literal('serving'),
        Type.Literal('sleep-1'),
        Type.Literal('sleep-2'),
        Type.Literal('unloaded'),
      ]),
    ),
  },
  { additionalProperties: false },
)
const stateShape = Compile(
  Type.Object({
    desired: DesiredShape,
    settled: Type.Boolean(),
    readyReplicas: Type.Optional(Type.Integer({ minimum: 0 })),
    rollingOut: Type.Optional(Type.Boolean()),
    health: Type.Optional(Type.Union([Type.Literal('ok'), Type.Literal('degraded')])),
    paused: Type.Optional(Type.Boolean()),
    version: Type.Optional(Type.String({ minLength: 1 })),
    fence: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
)

/**
 * A target's state as operators' own receivers and commands tell it, in the port's words.
 *
 * @throws UpstreamMalformed naming the first wrong field
 */
export function stateOf(
  upstream: string,
  body: unknown,
  httpStatus?: number,
): Omit<Observed, 'observedAtMs'> {
  if (stateShape.Check(body)) {
    const silent = { rollingOut: false, health: 'unknown', paused: false } as const
    return { ...silent, version: versionOf(body), ...body, owners: [] }
  }
  const [first] = stateShape.Errors(body)
  throw new UpstreamMalformed(
    `unexpected state at ${first?.instancePath || '/'}: ${first?.message}`,
    { upstream, ...(httpStatus !== undefined && { httpStatus }) },
  )
}
