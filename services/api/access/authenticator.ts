import type { Caller } from './caller.ts'
import type { ClientCertificates } from './client-certificate.ts'

/** One way of telling who calls. To add one: a file in this folder, and a line in the wiring. */
export interface Authenticator {
  /**
   * Tells again and again who this credential is, as long as that was told a moment ago and nobody
   * has to be asked. Made once a connection, asked on each of its requests.
   */
  recall?(credential: string): Recall
  /**
   * Whether it is told without slow work, who this is or that it is nobody: such a credential is
   * looked at however much its address has guessed.
   */
  isCheap(credential: string): boolean
  /**
   * @param credential what followed `Bearer`, or stood in `X-Api-Key`
   * @returns the caller, or undefined where this is no credential of this kind, or not a valid one
   * @throws UpstreamUnavailable where it cannot be told now
   */
  authenticate(credential: string): Promise<Caller | undefined>
}

export type Recall = () => Caller | undefined

/** `open`: everybody is admin of the one tenant; only ever on loopback, see `listenSafely`. */
export type Security =
  | { readonly mode: 'open'; readonly tenant: string }
  | {
      readonly mode: 'closed'
      readonly authenticators: readonly Authenticator[]
      readonly certificates?: ClientCertificates
    }
