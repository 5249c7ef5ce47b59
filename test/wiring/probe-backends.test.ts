// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a fleet file names a secret.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { probeBackends } from '../../services/wiring/probe-backends.ts'
import { fakeKubernetes } from '../actuation/fake-kubernetes.ts'
import { smallFleet } from '../support/small-fleet.ts'

const places = [{ region: 'eu-north', model: 'llama', variant: 'H100-tp2-pp1-fp8-b64' }]

it('says of every backend what it can do, or what is missing', async () => {
  const far = await fakeKubernetes({ denied: ['patch horizontalpodautoscalers'] })
  const folder = await mkdtemp(join(tmpdir(), 'gridtide-probe-'))
  const file = join(folder, 'config.json')
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: far.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'x' } }],
  }
  await writeFile(file, JSON.stringify(config))
  const fleet = smallFleet(`
backends:
  - { id: watch, kind: dry-run }
  - { id: bounds, kind: hpa-bounds, kubeconfig: ${file}, targets: [{ namespace: llm, name: x }] }
  - { id: gone, kind: keda-pause, kubeconfig: ${file}, targets: [{ namespace: llm, name: x }] }
  - { id: own, kind: http, secret: "\${env:NONE}", targets: [{ url: "https://b.example" }] }
  - { id: south, kind: dry-run, targets: [{ variant: B200-tp1 }] }
`)
  const checks = await probeBackends(fleet, places, { env: {}, nowMs: Date.now })
  expect(checks).toMatchObject([
    {
      backend: 'watch',
      kind: 'dry-run',
      ok: true,
      target: 'eu-north/llama/H100-tp2-pp1-fp8-b64',
      words: 'may be steered, to zero too',
    },
    { backend: 'bounds', ok: false, words: expect.stringContaining('horizontalpodautoscalers') },
    { backend: 'gone', ok: false, words: expect.stringContaining('not found') },
    { backend: 'own', ok: false, words: expect.stringContaining('NONE is not set') },
    { backend: 'south', ok: false, words: expect.stringContaining('can be placed') },
  ])
  await rm(folder, { recursive: true })
  await far.close()
})
