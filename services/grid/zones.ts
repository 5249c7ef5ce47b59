import catalogue from '../../config/catalogue/zones.json' with { type: 'json' }
import { NotFound } from '../domain/errors.ts'

const zones: Readonly<Record<string, Readonly<Record<string, string | number>>>> = catalogue.zones

/**
 * What a provider calls a zone of the fleet file.
 *
 * @param own names given in the fleet file, which go before the catalogue's
 * @throws NotFound when the provider does not cover it
 */
export function providerZone(
  provider: string,
  zone: string,
  own: Readonly<Record<string, string>> = {},
): string {
  const name = own[zone] ?? zones[zone]?.[provider]
  if (name === undefined) {
    throw new NotFound(
      `${provider} does not cover zone ${zone}: name it under \`zones\` of the source if it does`,
    )
  }
  return String(name)
}
