import type { ControlPlane } from './control-plane.ts'

const PODS = '/api/v1/namespaces/llm/pods'

/** Says of every pod that it runs and is ready, as the agent of a node would. @returns stops it */
export function pretendKubelet(plane: ControlPlane): () => Promise<void> {
  let stopped = false
  const working = (async () => {
    while (!stopped) {
      const { items } = await plane.do('GET', PODS)
      for (const { metadata, status } of items) {
        if (status.phase === 'Running') continue
        const conditions = [{ type: 'Ready', status: 'True' }]
        const body = { status: { phase: 'Running', conditions } }
        const path = `${PODS}/${metadata.name}/status`
        await plane.do('PATCH', path, body, 'application/merge-patch+json').catch(() => undefined)
      }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })()
  return async () => {
    stopped = true
    await working
  }
}
