import { createHash } from 'node:crypto'
import { Agent, type RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { InvalidInput } from '../../domain/errors.ts'
import { axiosHttp, type HttpClient } from '../../platform/http.ts'
import type { KubernetesConnection } from './kubernetes-api.ts'

export interface KubeconfigOptions {
  /** A kubeconfig's text; without it $KUBECONFIG, ~/.kube/config, or the pod's service account. */
  readonly text?: string
  readonly context?: string
}

/**
 * Logs in the way kubectl does (tokens, certificates, exec plugins, OIDC, in-cluster), and again
 * before each request so that rotated credentials are picked up.
 *
 * @throws InvalidInput where the kubeconfig names no cluster
 */
export function kubeconfigConnection(
  options: KubeconfigOptions = {},
): () => Promise<KubernetesConnection> {
  const config = new KubeConfig()
  if (options.text === undefined) config.loadFromDefault()
  else config.loadFromString(options.text)
  if (options.context !== undefined) config.setCurrentContext(options.context)
  const server = config.getCurrentCluster()?.server
  if (server === undefined) throw new InvalidInput('kubeconfig: its current context has no cluster')
  const clientFor = httpByCertificate()

  return async () => {
    const login: RequestOptions = {}
    await config.applyToHTTPSOptions(login)
    const basic = login.auth && `Basic ${Buffer.from(login.auth).toString('base64')}`
    return {
      server: server.replace(/\/$/, ''),
      headers: {
        ...(login.headers as Record<string, string>),
        ...(basic && { authorization: basic }),
      },
      http: clientFor(login),
    }
  }
}

/** Keeps connections open between requests, and opens new ones when the certificate has changed. */
function httpByCertificate(): (login: RequestOptions) => HttpClient {
  let current: { readonly digest: string; readonly http: HttpClient } | undefined
  return ({ ca, cert, key, rejectUnauthorized, servername }) => {
    const hash = createHash('sha256')
    for (const part of [ca, cert, key]) hash.update(String(part)).update('\0')
    const digest = hash.digest('hex')
    if (current?.digest !== digest) {
      const httpsAgent = new Agent({
        keepAlive: true,
        ca,
        cert,
        key,
        rejectUnauthorized,
        servername,
      })
      current = { digest, http: axiosHttp({ httpsAgent }) }
    }
    return current.http
  }
}
