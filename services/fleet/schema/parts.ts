// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { type TProperties, Type } from 'typebox'

/** An object that knows all its fields: any other one is a mistake, most often a typo. */
export const strict = <Properties extends TProperties>(
  properties: Properties,
  options: { description?: string; default?: unknown } = {},
) => Type.Object(properties, { ...options, additionalProperties: false })

/** One of a few words. */
export const oneOf = <Words extends string[]>(
  words: readonly [...Words],
  options: { description: string; default?: Words[number] },
) => Type.Enum<Words>(words, options)

/** Names become parts of URLs, labels and metric values, hence the narrow alphabet. */
export const Id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  description: 'Letters, digits, `.`, `_` and `-`; at most 63; unique among its kind.',
})

export const GpuType = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
  description: 'Catalogue name of a GPU, e.g. `H100`.',
})

/** A secret is named, never written down: the file may be committed and printed. */
export const SecretRef = Type.String({
  pattern: '^\\$\\{(env:[A-Za-z_][A-Za-z0-9_]*|file:/[^{}]+)\\}$',
  description: 'Where the secret is: `${env:NAME}` or `${file:/absolute/path}`.',
})

export const FilePath = Type.String({
  minLength: 1,
  maxLength: 1024,
  description:
    'A file: relative to the fleet file, absolute, or `data:path` relative to `GRIDTIDE_DATA`.',
})

export const Timezone = Type.String({
  minLength: 1,
  maxLength: 64,
  default: 'UTC',
  description: 'IANA time zone, e.g. `Europe/Berlin`.',
})

export const Url = Type.String({
  pattern: '^https?://[^\\s]+$',
  maxLength: 2048,
  description: 'An absolute http or https address.',
})
