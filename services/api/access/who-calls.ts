import type { FastifyRequest } from 'fastify'
import { Forbidden } from '../../domain/errors.ts'
import { HttpError } from '../http-error.ts'
import type { Recall, Security } from './authenticator.ts'
import type { CallAllowance } from './call-allowance.ts'
import { type Caller, SCOPES } from './caller.ts'
import { certifiedCaller } from './client-certificate.ts'
import { credentialOf, isBrowsed } from './credential.ts'
import { guessSource } from './guess-source.ts'
import { tooMany } from './too-many.ts'

/** Tells who calls; at once where it was told a moment ago, which is nearly always. */
export type WhoCalls = (request: FastifyRequest) => Caller | Promise<Caller>

/** The same without a word to whoever is nobody. */
export type Identify = (request: FastifyRequest) => Caller | undefined | Promise<Caller | undefined>

type Closed = Extract<Security, { mode: 'closed' }>

/**
 * A credential is looked at before the guesses of its address are: behind one proxy there are many
 * callers, and those that are known are not to pay for who guesses beside them.
 *
 * @param guesses refused credentials, by where they came from
 * @throws HttpError, Forbidden as the returned function does, at once or later
 */
export function whoCalls(identify: Identify, guesses: CallAllowance): WhoCalls {
  return (request) => {
    const caller = identify(request)
    if (caller instanceof Promise) return caller.then((one) => one ?? stranger(guesses, request))
    return caller ?? stranger(guesses, request)
  }
}

/**
 * @param guesses as above; looked at, not counted
 * @throws Forbidden as the returned function does, where it may only be called from this machine
 */
export function identifyBy(security: Security, guesses: CallAllowance): Identify {
  if (security.mode === 'closed') return closed(security, guesses)
  const local: Caller = { subject: 'local', tenant: security.tenant, scopes: SCOPES }
  return (request) => {
    assertLocalName(request.hostname)
    assertOwnPage(request)
    return local
  }
}

function closed(security: Closed, guesses: CallAllowance): Identify {
  const recallsOf = connectionMemory(security)
  const ask = sparingly(security, guesses)
  return (request) => {
    const credential = credentialOf(request)
    if (credential === undefined) {
      const { headers, socket } = request
      const sender = { headers, remoteAddress: socket.remoteAddress }
      return security.certificates && certifiedCaller(security.certificates, sender)
    }
    for (const recall of recallsOf(request.raw.socket, credential)) {
      const caller = recall()
      if (caller) return caller
    }
    return ask(request, credential)
  }
}

/** A connection mostly goes on with the credential it began with, so that is looked up once. */
function connectionMemory({ authenticators }: Closed) {
  const last = new WeakMap<object, { credential: string; recalls: readonly Recall[] }>()
  return (connection: object, credential: string): readonly Recall[] => {
    const known = last.get(connection)
    if (known?.credential === credential) return known.recalls
    const recalls = authenticators.flatMap((one) => one.recall?.(credential) ?? [])
    last.set(connection, { credential, recalls })
    return recalls
  }
}

/**
 * A key that was never seen takes slow work to prove. From where too much was guessed that is done
 * for one at a time, so that a flood of guesses at a prefix that exists does not take the machine.
 */
function sparingly(security: Closed, guesses: CallAllowance) {
  let proving = false
  return async ({ ip }: FastifyRequest, credential: string): Promise<Caller | undefined> => {
    const isCheap = security.authenticators.every((one) => one.isCheap(credential))
    if (isCheap || guesses.waitSeconds(() => guessSource(ip)) === undefined) {
      return askAll(security, credential)
    }
    if (proving) throw tooMany(1)
    proving = true
    try {
      return await askAll(security, credential)
    } finally {
      proving = false
    }
  }
}

async function askAll({ authenticators }: Closed, credential: string): Promise<Caller | undefined> {
  for (const authenticator of authenticators) {
    const caller = await authenticator.authenticate(credential)
    if (caller) return caller
  }
  return undefined
}

function stranger(guesses: CallAllowance, request: FastifyRequest): never {
  const waitSeconds = guesses.take(guessSource(request.ip))
  if (waitSeconds !== undefined) throw tooMany(waitSeconds)
  const words =
    credentialOf(request) === undefined
      ? 'send a key: `Authorization: Bearer ...`'
      : 'this credential is not valid (any more)'
  throw new HttpError('UNAUTHENTICATED', words, {
    'www-authenticate': isBrowsed(request) ? 'Basic realm="Gridtide"' : 'Bearer',
  })
}

const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

/** A page elsewhere can point its own name at 127.0.0.1, but cannot take ours (DNS rebinding). */
function assertLocalName(hostname: string): void {
  if (!LOCAL_NAMES.has(hostname)) {
    throw new Forbidden('without keys this service answers to localhost only')
  }
}

/** Without keys a page elsewhere could have its reader's browser ask us to change something (CSRF). */
function assertOwnPage({ headers: { origin }, host }: FastifyRequest): void {
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new Forbidden('without keys this service answers no page but its own')
  }
}
