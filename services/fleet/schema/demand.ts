import { type Static, Type } from 'typebox'
import { FilePath, Id, oneOf, strict, Timezone } from './parts.ts'

const origin = Id
const tokensPerSecond = { minimum: 0, maximum: 1e9 }

const Constant = strict(
  {
    kind: Type.Literal('constant'),
    origin,
    tokensPerSecond: Type.Number({ ...tokensPerSecond, description: 'Output tokens/s.' }),
  },
  { description: 'The same at every hour.' },
)

const Hourly = strict(
  {
    kind: Type.Literal('hourly'),
    origin,
    tokensPerSecond: Type.Array(Type.Number(tokensPerSecond), {
      minItems: 24,
      maxItems: 24,
      description: 'Output tokens/s of each local hour, from 00:00.',
    }),
    timezone: Timezone,
    weekendScale: Type.Number({
      minimum: 0,
      maximum: 100,
      default: 1,
      description: 'Saturday and Sunday, relative to a working day.',
    }),
  },
  { description: 'A curve over the local day.' },
)

const Csv = strict(
  {
    kind: Type.Literal('csv'),
    origin,
    file: FilePath,
    timeColumn: Type.String({
      minLength: 1,
      description: 'Column of the instant a row begins at: ISO 8601, UTC where no offset is given.',
    }),
    tokensColumn: Type.String({ minLength: 1, description: 'Column of the output tokens.' }),
    unit: oneOf(['tokens', 'tokens-per-second'], {
      default: 'tokens',
      description: 'Whether a row holds the tokens of its whole interval or a rate.',
    }),
    intervalMinutes: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1440,
      default: 5,
      description: 'How long one row lasts.',
    }),
    scale: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1e6,
      default: 1,
      description: 'Multiplies the traffic.',
    }),
    shiftHours: Type.Number({
      minimum: -168,
      maximum: 168,
      default: 0,
      description: 'Moves the trace later: one trace can stand for origins of other longitudes.',
    }),
    repeat: oneOf(['weekly', 'never'], {
      default: 'weekly',
      description: '`weekly`: the trace stands for its weekdays and hours in any other week.',
    }),
  },
  { description: 'A recorded trace.' },
)

export const Demand = Type.Union([Constant, Hourly, Csv])
export type Demand = Static<typeof Demand>
