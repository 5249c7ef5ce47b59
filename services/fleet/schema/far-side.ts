import { Type } from 'typebox'
import { Id, SecretRef } from './parts.ts'

/** What everything that is steered has in common: its kind, its scope, and the way to it. */
export const kind = <const Name extends string>(name: Name) =>
  Type.Literal(name, { description: `This entry is ${name}.` })

/** `{model}`, `{region}` and `{variant}` in a text of a target stand for the target's own. */
export const template = {
  minLength: 1,
  maxLength: 512,
  description: '`{model}`, `{region}`, `{variant}` are filled in.',
}

/** One entry may stand for many scale targets: what it leaves out, it matches all of. */
export const scope = {
  model: Type.Optional(Id),
  region: Type.Optional(Id),
  variant: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'A variant id, as plans print it.' }),
  ),
}

export const allowPrivate = Type.Boolean({
  default: false,
  description: 'Allow addresses of private networks, and plain HTTP to them.',
})

export const token = Type.Optional(SecretRef)

export const cluster = {
  kubeconfig: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'Path; the default search order (in-cluster last) unless said.',
    }),
  ),
  context: Type.Optional(Type.String({ minLength: 1, description: 'Of the kubeconfig.' })),
}
