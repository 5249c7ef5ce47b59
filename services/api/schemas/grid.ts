import { Type } from 'typebox'
import { strict } from './parts.ts'

const measure = {
  zone: Type.String(),
  signal: Type.String({ description: '`average` or `marginal`.' }),
  basis: Type.String({ description: '`lifecycle`, `direct` or `operational`.' }),
}
const window = {
  startMs: Type.Integer(),
  endMs: Type.Integer(),
  carbonGPerKwh: Type.Number({ description: 'gCO2e/kWh, mean of the window.' }),
  lowGPerKwh: Type.Number({ description: '10 % quantile.' }),
  highGPerKwh: Type.Number({ description: '90 % quantile.' }),
  quality: Type.String({
    description:
      'The rung of the ladder the number stands on: `live`, `cached`, `forecast`, `blended`, ' +
      '`climatology`, `annual` or `blind`.',
  }),
  source: Type.String(),
  issuedAtMs: Type.Optional(Type.Integer()),
  timeShift: Type.Optional(
    Type.Boolean({ description: 'False where forecasts this far ahead have shown no skill.' }),
  ),
}
const reasons = Type.Array(Type.String(), {
  description: 'Why better sources had nothing to say.',
})

export const ZoneNowSchema = Type.Object(
  { ...measure, ...window, rung: Type.String(), reasons },
  { $id: 'ZoneNow' },
)
export const ZoneForecastSchema = Type.Object(
  { ...measure, windows: Type.Array(Type.Object(window)), reasons },
  { $id: 'ZoneForecast' },
)
export const ZoneHistorySchema = Type.Object(
  {
    ...measure,
    quality: Type.String({ description: '`live`: measured, or estimated where a slot says so.' }),
    source: Type.Optional(Type.String()),
    slots: Type.Array(
      Type.Object({
        startMs: Type.Integer(),
        endMs: Type.Integer(),
        carbonGPerKwh: Type.Number(),
        estimated: Type.Optional(Type.Boolean()),
      }),
    ),
  },
  { $id: 'ZoneHistory' },
)

const perContender = <Value extends ReturnType<typeof Type.Unsafe>>(value: Value) =>
  Type.Object({ provider: value, sevenDayMean: value, blend: value })

export const ZoneScoreSchema = Type.Object(
  {
    issues: Type.Integer({ description: 'Archived forecasts that have come true in part.' }),
    mapeByDay: perContender(Type.Unsafe<readonly number[]>(Type.Array(Type.Number()))),
    captured: perContender(
      Type.Unsafe<{ fourOf24Pct?: number | undefined; day48Pct?: number | undefined }>(
        Type.Object(
          { fourOf24Pct: Type.Optional(Type.Number()), day48Pct: Type.Optional(Type.Number()) },
          {
            description:
              'Share of the saving of perfect foresight, %; left out where no issue reaches as far.',
          },
        ),
      ),
    ),
    coverage80Pct: Type.Number(),
    pinballG: Type.Array(Type.Number()),
    skill: Type.Array(Type.String(), { description: 'By lead day: `proven`, `unproven`, `none`.' }),
  },
  { $id: 'ZoneScore' },
)

export const ZoneParams = strict({
  zone: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$',
    description: "Grid area, by Electricity Maps' zone keys.",
  }),
})
export const Format = Type.Optional(
  Type.Enum(['json', 'csv'], { description: 'How to answer; JSON unless said.' }),
)
