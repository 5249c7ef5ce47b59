/**
 * What a caller may do. `read` looks, `plan` changes what plans are made of, `act` touches backends,
 * `admin` manages keys, reads the audit log and may do all the rest.
 */
export const SCOPES = ['read', 'plan', 'act', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** What a route asks for. A route that asks for nothing does not start: deny by default. */
export type Access = Scope | 'public'

export interface Caller {
  /** For the audit log, e.g. `key:3f9a2c1b (ci)` or `jwt:alice@example.com`. */
  readonly subject: string
  readonly tenant: string
  readonly scopes: readonly Scope[]
  /** Set where the credential says itself when it ends: nobody can end it earlier. */
  readonly untilMs?: number
}

export const mayUse = (caller: Caller, access: Scope): boolean =>
  caller.scopes.includes(access) || caller.scopes.includes('admin')
