import { InvalidInput } from './errors.ts'

/**
 * The quantities of this product, one branded number each.
 *
 * The brand stops watts being passed where joules belong; the field names repeat the unit for
 * whoever reads the JSON. Every unit conversion of the code base is in this file.
 */
declare const unit: unique symbol
type Quantity<U extends string> = number & { readonly [unit]: U }

/** Grid carbon intensity. */
export type GCo2PerKwh = Quantity<'gCO2e/kWh'>
export type GCo2 = Quantity<'gCO2e'>
export type Watts = Quantity<'W'>
export type Joules = Quantity<'J'>
export type Kwh = Quantity<'kWh'>
export type Seconds = Quantity<'s'>
export type Milliseconds = Quantity<'ms'>
export type TokensPerSecond = Quantity<'token/s'>
export type JoulesPerToken = Quantity<'J/token'>
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Quantity<'ms since epoch'>

const GRAMS_PER_POUND = 453.59237 // exact by definition (international pound, 1959)
const KWH_PER_MWH = 1000
const JOULES_PER_KWH = 3_600_000
const MS_PER_SECOND = 1000
const GRAMS_PER_KG = 1000
const WATTS_PER_KW = 1000
const MILLIWATTS_PER_WATT = 1000

/** Average intensities are never negative; a marginal one may be, see `marginalGCo2PerKwh`. */
export const gCo2PerKwh = (value: number): GCo2PerKwh => nonNegative(value, 'gCO2e/kWh')
/** A marginal rate: negative when one more kWh of demand displaces emissions. */
export const marginalGCo2PerKwh = (value: number): GCo2PerKwh => finite(value, 'gCO2e/kWh')
export const gCo2 = (value: number): GCo2 => finite(value, 'gCO2e')
export const watts = (value: number): Watts => nonNegative(value, 'W')
export const joules = (value: number): Joules => nonNegative(value, 'J')
export const kwh = (value: number): Kwh => nonNegative(value, 'kWh')
export const seconds = (value: number): Seconds => nonNegative(value, 's')
export const milliseconds = (value: number): Milliseconds => nonNegative(value, 'ms')
export const tokensPerSecond = (value: number): TokensPerSecond => nonNegative(value, 'token/s')
export const joulesPerToken = (value: number): JoulesPerToken => nonNegative(value, 'J/token')
export const epochMs = (value: number): EpochMs => nonNegative(value, 'ms since epoch')

/** WattTime reports pounds per megawatt-hour. */
export const gPerKwhFromLbPerMwh = (lbPerMwh: number): number =>
  (lbPerMwh * GRAMS_PER_POUND) / KWH_PER_MWH

export const energyOf = (power: Watts, duration: Seconds): Kwh =>
  kwh((power * duration) / JOULES_PER_KWH)

export const kwhFromJoules = (energy: Joules): Kwh => kwh(energy / JOULES_PER_KWH)

export const kgFromG = (massG: number): number => massG / GRAMS_PER_KG
export const gFromKg = (massKg: number): number => massKg * GRAMS_PER_KG
export const kwFromWatts = (powerWatts: number): number => powerWatts / WATTS_PER_KW

/** NVML reports milliwatts. */
export const wattsFromMilliwatts = (powerMilliwatts: number): number =>
  powerMilliwatts / MILLIWATTS_PER_WATT

export const emissionsOf = (energy: Kwh, intensity: GCo2PerKwh): GCo2 => gCo2(energy * intensity)

export const secondsFromMs = (durationMs: number): Seconds => seconds(durationMs / MS_PER_SECOND)
/** For what may lie before now as well as after it. */
export const signedSecondsFromMs = (differenceMs: number): number => differenceMs / MS_PER_SECOND

export const msFromMinutes = (durationMinutes: number): Milliseconds =>
  milliseconds(durationMinutes * 60 * MS_PER_SECOND)

export const msFromSeconds = (durationSeconds: number): Milliseconds =>
  milliseconds(durationSeconds * MS_PER_SECOND)

function finite<Q extends number>(value: number, symbol: string): Q {
  if (!Number.isFinite(value))
    throw new InvalidInput(`expected a finite number of ${symbol}, got ${value}`)
  return value as Q
}

function nonNegative<Q extends number>(value: number, symbol: string): Q {
  if (!Number.isFinite(value) || value < 0) {
    throw new InvalidInput(`expected a finite, non-negative number of ${symbol}, got ${value}`)
  }
  return value as Q
}
