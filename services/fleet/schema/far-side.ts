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

/** Where calls may go besides the internet. */
export const reach = {
  allowPrivate: Type.Boolean({
    default: false,
    description: 'Allow addresses of all private networks, and plain HTTP to them.',
  }),
  allow: Type.Array(
    Type.String({
      pattern: '^[0-9A-Za-z:._-]{1,253}(/[0-9]{1,3})?$',
      description: 'A host name, an IP address, or a CIDR range such as `10.1.0.0/16`.',
    }),
    {
      default: [],
      maxItems: 100,
      description:
        'Allow these alone, and plain HTTP to them; link-local addresses and those of cloud metadata only where each is named by itself.',
    },
  ),
}

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
