import { type Static, Type } from 'typebox'
import { FilePath, oneOf, SecretRef, strict, Url } from './parts.ts'

const source = <const Name extends string>(name: Name) =>
  Type.Literal(name, { description: `This source is ${name}.` })

const zones = Type.Optional(
  Type.Record(Type.String(), Type.String({ minLength: 1 }), {
    description: "Zones this source names differently: our zone key -> the source's own.",
  }),
)
const baseUrl = Type.Optional(Url)

const signal = Type.Optional(
  oneOf(['average', 'marginal'], {
    description: "What the values are; the fleet's `signal` unless said.",
  }),
)
const basis = Type.Optional(
  oneOf(['lifecycle', 'direct', 'operational'], {
    description: "What the values count; the fleet's `basis` unless said.",
  }),
)

const Climatology = strict(
  { source: source('climatology') },
  {
    description:
      'The shipped month x hour table of means and quantiles. Needs no key and no network.',
  },
)

const WattTime = strict(
  { source: source('watttime'), user: SecretRef, password: SecretRef, baseUrl, zones },
  { description: 'WattTime v3, marginal operating emissions rate.' },
)

const ElectricityMaps = strict(
  {
    source: source('electricity-maps'),
    token: SecretRef,
    version: oneOf(['v3', 'v4'], { default: 'v4', description: 'Of their API.' }),
    allowSandbox: Type.Boolean({
      default: false,
      description: 'Accept the made-up numbers that trial keys are given.',
    }),
    baseUrl,
    zones,
  },
  { description: 'Electricity Maps, flow-traced averages of the whole life.' },
)

const Neso = strict(
  { source: source('neso'), baseUrl, zones },
  { description: 'Great Britain: the National Energy System Operator. Needs no key.' },
)

const EnergyCharts = strict(
  { source: source('energy-charts'), baseUrl, zones, basis },
  { description: 'Energy-Charts of Fraunhofer ISE, European zones. Needs no key.' },
)

const Energinet = strict(
  { source: source('energinet'), baseUrl, zones },
  { description: 'Denmark: the CO2 prognosis of Energinet. Needs no key.' },
)

const Entsoe = strict(
  { source: source('entsoe'), token: SecretRef, baseUrl, zones },
  { description: 'ENTSO-E Transparency Platform: generation by fuel, European zones.' },
)

const Eia = strict(
  { source: source('eia'), apiKey: SecretRef, baseUrl, zones },
  { description: 'EIA Hourly Electric Grid Monitor: generation by fuel, United States.' },
)

const CarbonAwareSdk = strict(
  { source: source('carbon-aware-sdk'), baseUrl: Url, zones, signal, basis },
  { description: 'A Carbon Aware SDK web API of your own.' },
)

const Csv = strict(
  {
    source: source('csv'),
    forecasts: Type.Optional(FilePath),
    history: Type.Optional(FilePath),
    signal,
    basis,
  },
  {
    description:
      'Recorded series played back, nothing issued later than now. `forecasts` has the columns ' +
      '`zone,issued_utc,target_utc,gco2_per_kwh`, `history` has `zone,datetime_utc,gco2_per_kwh`.',
  },
)

const HttpJson = strict(
  {
    source: source('http-json'),
    url: Type.String({
      pattern: '^https?://[^\\s]+$',
      description: 'Address; `{zone}` stands for the zone.',
    }),
    headers: Type.Optional(
      Type.Record(Type.String(), SecretRef, { description: 'Header -> where its value is.' }),
    ),
    slots: Type.String({
      default: '$[*]',
      description: 'JSONPath of the slots in the answer.',
    }),
    timeField: Type.String({ default: 'datetime', description: "Slot's start, ISO 8601." }),
    valueField: Type.String({ default: 'carbonIntensity', description: 'gCO2e/kWh.' }),
    slotMinutes: Type.Integer({
      minimum: 1,
      maximum: 1440,
      default: 60,
      description: 'How long one value holds.',
    }),
    zones,
    signal,
    basis,
  },
  { description: 'Any JSON endpoint.' },
)

export const GridSource = Type.Union([
  Climatology,
  WattTime,
  ElectricityMaps,
  Neso,
  EnergyCharts,
  Energinet,
  Entsoe,
  Eia,
  CarbonAwareSdk,
  Csv,
  HttpJson,
])
export type GridSource = Static<typeof GridSource>

export const Grid = strict(
  {
    sources: Type.Array(GridSource, {
      minItems: 1,
      maxItems: 20,
      default: [{ source: 'climatology' }],
      description:
        'Where carbon intensity comes from, most trusted first. Climatology fills what is left.',
    }),
  },
  { default: {}, description: 'Carbon intensity in.' },
)
