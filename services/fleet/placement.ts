/** What a plan moves replicas of. */
export interface Placement {
  readonly model: string
  readonly region: string
  readonly variant: string
}

/** An entry stands for everything that it does not say otherwise of. */
export const fits = (entry: Partial<Placement>, placement: Partial<Placement>): boolean =>
  (['model', 'region', 'variant'] as const).every(
    (part) => entry[part] === undefined || entry[part] === placement[part],
  )

/** Fills the names of a placement into texts, each in the alphabet of where it goes. */
export function fill(placement: Partial<Placement>) {
  const filled = (text: string, escaped: (name: string) => string): string =>
    text.replace(/\{(model|region|variant)\}/g, (whole, part: keyof Placement) => {
      const name = placement[part]
      return name === undefined ? whole : escaped(name)
    })
  const inUrl = (text: string) => filled(text, encodeURIComponent)
  return {
    plain: (text: string) => filled(text, (name) => name),
    inUrl,
    baseUrl: (text: string) => inUrl(text).replace(/\/$/, ''),
    kubernetesName: (text: string) => filled(text, lowerCaseName),
  }
}

/** Object names are lower case, by RFC 1123. */
const lowerCaseName = (name: string): string => name.toLowerCase().replaceAll('_', '-')
