import { readFile } from 'node:fs/promises'
import type { Env } from '../../config/env.ts'
import { isLoopback, type TenantPorts } from '../api/index.ts'
import { InvalidInput } from '../domain/errors.ts'
import type { RunningScaler, ScalerTls } from '../keda/index.ts'

/**
 * KEDA's external scaler beside the API, where the environment asks for it.
 *
 * @throws InvalidInput where anybody could ask, or a PEM file cannot be read
 */
export async function openExternalScaler(
  { scaler, host, authRequired }: Env,
  targets: Pick<TenantPorts['targets'], 'desired'>,
): Promise<RunningScaler | undefined> {
  if (!scaler) return undefined
  const { scalerCredentials, serveExternalScaler } = await import('../keda/index.ts') // gRPC, for these alone
  const tls = scaler.tls && (await readTls(scaler.tls))
  const credentials = scalerCredentials(tls, authRequired || !isLoopback(host))
  return serveExternalScaler(targets, { host, port: scaler.port, credentials })
}

async function readTls(paths: Readonly<Record<keyof ScalerTls, string>>): Promise<ScalerTls> {
  const [certificate, key, clientAuthority] = await Promise.all(
    [paths.certificate, paths.key, paths.clientAuthority].map((path) =>
      readFile(path).catch((error: NodeJS.ErrnoException) => {
        throw new InvalidInput(`bad environment: cannot read ${path} (${error.code})`)
      }),
    ),
  )
  return { certificate: certificate!, key: key!, clientAuthority: clientAuthority! }
}
