import { KubeConfig } from '@kubernetes/client-node'

/** What the library calls a server on this machine, and the cluster it runs in. */
const MADE_UP = new Set(['loaded-context', 'inClusterContext'])

/**
 * Names of the contexts in the kubeconfig that kubectl would use here, its current one first. Empty
 * where there is none; a cluster is not asked anything.
 */
export function kubeContexts(): readonly string[] {
  const config = new KubeConfig()
  try {
    config.loadFromDefault()
  } catch {
    return []
  }
  const current = config.getCurrentContext()
  return config
    .getContexts()
    .map(({ name }) => name)
    .filter((name) => !MADE_UP.has(name))
    .sort((a, b) => Number(b === current) - Number(a === current))
}
