import { strings } from '../strings.ts'

/** Numbers as people read them: three digits that count, and always their unit. */
const rounded = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const { units } = strings
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export interface Quantity {
  readonly value: string
  readonly unit: string
}

export const inCount = (count: number): string => whole.format(count)

/** Three significant digits, thousands never as 1.23e4. */
export const inDigits = (value: number): string =>
  Math.abs(value) >= 1000 ? whole.format(value) : rounded.format(value)

/** @param grams gCO2e, shown in the unit that leaves it between 1 and 1000 where there is one */
export function inGrams(grams: number): Quantity {
  const size = Math.abs(grams)
  if (size >= 1e6) return { value: inDigits(grams / 1e6), unit: units.tonnes }
  if (size >= 1e3) return { value: inDigits(grams / 1e3), unit: units.kilograms }
  return { value: inDigits(grams), unit: units.grams }
}

/** @param ratio 1 is all */
export const inPercent = (ratio: number): string => `${inDigits(ratio * 100)} %`

export const inIntensity = (carbonGPerKwh: number): Quantity => ({
  value: whole.format(carbonGPerKwh),
  unit: units.intensity,
})

export const inTokensPerSecond = (tokensPerSecond: number): Quantity =>
  tokensPerSecond >= 10_000
    ? { value: rounded.format(tokensPerSecond / 1000), unit: units.thousandTokensPerSecond }
    : { value: inDigits(tokensPerSecond), unit: units.tokensPerSecond }

export const inKwh = (energyKwh: number): Quantity =>
  energyKwh >= 1000
    ? { value: inDigits(energyKwh / 1000), unit: units.megawattHours }
    : { value: inDigits(energyKwh), unit: units.kilowattHours }

export const spelled = ({ value, unit }: Quantity): string => `${value} ${unit}`

/** The 10 to 90 % band of what was saved; empty where it is not known. */
export const savedWords = ({
  savedLowG,
  savedHighG,
}: {
  readonly savedLowG?: number
  readonly savedHighG?: number
}): string =>
  savedLowG === undefined || savedHighG === undefined
    ? ''
    : strings.savings.span(spelled(inGrams(savedLowG)), spelled(inGrams(savedHighG)))
