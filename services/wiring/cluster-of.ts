import { readFile } from 'node:fs/promises'
import { kubernetesApi } from '../actuation/adapters/kubernetes-api.ts'
import type { KubernetesApi } from '../actuation/index.ts'

/**
 * The API server of a kubeconfig, of the usual search order unless it is named.
 *
 * @throws InvalidInput where the kubeconfig or its context is missing
 */
export async function clusterOf({
  kubeconfig,
  context,
}: {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}): Promise<KubernetesApi> {
  // For those alone who have a cluster: the library takes 45 MB and more than a second.
  const { kubeconfigConnection } = await import('../actuation/adapters/kubeconfig.ts')
  const connection = kubeconfigConnection({
    ...(kubeconfig !== undefined && { text: await readFile(kubeconfig, 'utf8') }),
    ...(context !== undefined && { context }),
  })
  return kubernetesApi(connection)
}
