import { createSecureContext } from 'node:tls'
import { ServerCredentials } from '@grpc/grpc-js'
import { InvalidInput } from '../domain/errors.ts'

/** PEM files, whole. */
export interface ScalerTls {
  readonly certificate: Buffer
  readonly key: Buffer
  /** Only clients with a certificate of this authority are let in. */
  readonly clientAuthority: Buffer
}

/**
 * How callers of the external scaler are met. KEDA can show a client certificate and nothing else,
 * so that is the one way to sign in: TLS both ways, or in the clear on loopback, where whoever can
 * reach us owns this machine.
 *
 * @param reachable others than this machine can connect, or even its owner is to sign in
 * @throws InvalidInput where anybody could ask, or a file is no PEM
 */
export function scalerCredentials(
  tls: ScalerTls | undefined,
  reachable: boolean,
): ServerCredentials {
  if (!tls) {
    if (!reachable) return ServerCredentials.createInsecure()
    throw new InvalidInput(
      'the external scaler needs GRIDTIDE_SCALER_CERT, _KEY and _CA to be reached by others',
    )
  }
  assertReadable(tls)
  const pair = { cert_chain: tls.certificate, private_key: tls.key }
  return ServerCredentials.createSsl(tls.clientAuthority, [pair], true)
}

/** gRPC itself would find out at the first caller, and tell nobody but the caller. */
function assertReadable({ certificate, key, clientAuthority }: ScalerTls): void {
  try {
    createSecureContext({ cert: certificate, key, ca: clientAuthority })
  } catch (error) {
    throw new InvalidInput(`the external scaler's certificate: ${(error as Error).message}`)
  }
}
