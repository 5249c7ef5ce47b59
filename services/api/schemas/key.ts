import { Type } from 'typebox'
import { Next, strict } from './parts.ts'

const Scope = Type.Enum(['read', 'plan', 'act', 'admin'])
const Instant = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

export const NewKeySchema = strict({
  label: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,62}$',
    description: 'For people, e.g. `ci`.',
  }),
  scopes: Type.Array(Scope, { minItems: 1, maxItems: 4 }),
  expiresAtMs: Type.Optional(Instant),
})

export const RotationSchema = strict({
  overlapSeconds: Type.Integer({
    minimum: 0,
    maximum: 30 * 86_400,
    description: 'How long the old key lives on.',
  }),
})

export const KeySchema = Type.Object(
  {
    prefix: Type.String({ description: 'Public part of the key, by which it is named.' }),
    label: Type.String(),
    scopes: Type.Array(Scope),
    createdAtMs: Type.Integer(),
    expiresAtMs: Type.Optional(Type.Integer()),
    revokedAtMs: Type.Optional(Type.Integer()),
  },
  { $id: 'Key' },
)

export const MadeKeySchema = Type.Object(
  { ...KeySchema.properties, key: Type.String({ description: 'Shown this once.' }) },
  { $id: 'MadeKey' },
)

export const KeyListSchema = Type.Object(
  { items: Type.Array(Type.Object(KeySchema.properties)), next: Next },
  { $id: 'KeyList' },
)

export const KeyParams = strict({ prefix: Type.String({ pattern: '^[0-9a-f]{8}$' }) })
