import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Compile } from 'typebox/schema'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import {
  type KubernetesObject,
  kustomizeBase,
  objectsOf,
  renderChart,
  values,
} from '../../infra/helm/render.mjs'
import { END_MS } from '../../services/cli/run-service.ts'
import { validate } from './kubernetes-schemas.ts'

const EVERYTHING = {
  fleet: 'gridtide: 1\nname: "quoted"\n',
  environmentSecrets: ['grid-keys'],
  rbac: {
    scale: true,
    bounds: true,
    kserve: true,
    traffic: true,
    jobs: true,
    workloads: true,
    admissionCheck: true,
  },
  networkPolicy: { allowFrom: { role: 'caller' } },
  serviceMonitor: { enabled: true },
  alerts: { enabled: true },
  serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' } },
}
const everything = objectsOf(await renderChart(EVERYTHING))
const named = (kind: string, name: string) =>
  everything.find((object) => object.kind === kind && object.metadata.name === name)

describe('the chart', () => {
  test.each(everything.map((object) => [object.kind, object.metadata.name, object] as const))(
    '%s %s is valid',
    (_kind, _name, object) => validate(object),
  )

  test('a wrong field would be seen', () => {
    const wrong = structuredClone(named('Service', 'gridtide')) as { spec: { ports: unknown } }
    wrong.spec.ports = 'eighty'
    expect(() => validate(wrong as unknown as KubernetesObject)).toThrow()
  })

  test('has the alerts that the runbook explains', () => {
    const { groups } = parse(readFileSync('infra/prometheus/alerts.yaml', 'utf8'))
    expect(named('PrometheusRule', 'gridtide')).toMatchObject({ spec: { groups } })
  })

  test('carries the fleet file through unchanged', () => {
    expect(named('ConfigMap', 'gridtide-fleet')).toMatchObject({
      data: { 'fleet.yaml': EVERYTHING.fleet },
    })
  })

  test('takes a ConfigMap that is there instead of its own', async () => {
    const objects = objectsOf(await renderChart({ existingConfigMap: 'mine' }))
    expect(objects.some(({ kind }) => kind === 'ConfigMap')).toBe(false)
    expect(JSON.stringify(objects)).toContain('{"name":"mine"}')
  })

  test('asks for no right that the manifest does not explain, and forgets none', () => {
    const documents = parseAllDocuments(readFileSync('infra/kubernetes/rbac.yaml', 'utf8'))
    const roles = documents
      .map((document) => document.toJS() as KubernetesObject)
      .filter(({ kind }) => kind.endsWith('Role'))
    const ours = everything.filter(({ kind }) => kind.endsWith('Role'))
    expect(ours.map(({ metadata, rules }) => [metadata.name, rules])).toEqual(
      roles.map(({ metadata, rules }) => [metadata.name, rules]),
    )
  })

  test('reads no secret, enters no pod, and names what it may touch of the cluster', () => {
    interface Rule {
      readonly resources: readonly string[]
      readonly verbs: readonly string[]
      readonly resourceNames?: readonly string[]
    }
    const rulesOf = (kind: RegExp) =>
      everything.filter((one) => kind.test(one.kind)).flatMap(({ rules }) => rules as Rule[])
    const all = rulesOf(/Role$/)
    expect(all.length).toBeGreaterThan(5)
    for (const { resources, verbs } of all) {
      expect(resources.filter((one) => /^(\*|secrets|configmaps|pods.*)$/.test(one))).toEqual([])
      expect(verbs.filter((one) => !['get', 'list', 'patch'].includes(one))).toEqual([])
    }
    for (const { resourceNames } of rulesOf(/^ClusterRole$/)) {
      expect(resourceNames).toEqual(['gridtide'])
    }
  })

  test('gives no rights for adapters that are off', async () => {
    const off = Object.fromEntries(Object.keys(EVERYTHING.rbac).map((name) => [name, false]))
    const objects = objectsOf(await renderChart({ rbac: off }))
    expect(objects.some(({ kind }) => kind.includes('Role'))).toBe(false)
  })

  test('keeps the latest start of held jobs where it may hold any, as the manifest does', async () => {
    const [, , manifest] = parseAllDocuments(
      readFileSync('infra/kubernetes/release-due.yaml', 'utf8'),
    ).map((document) => document.toJS())
    const pod = manifest.spec.jobTemplate.spec.template.spec
    const ours = named('CronJob', 'gridtide-release-due') as typeof manifest
    expect(ours.spec).toEqual({
      ...manifest.spec,
      jobTemplate: {
        spec: {
          ...manifest.spec.jobTemplate.spec,
          template: {
            spec: {
              ...pod,
              serviceAccountName: 'gridtide',
              containers: [{ ...pod.containers[0], image: expect.stringMatching(/gridtide:/) }],
            },
          },
        },
      },
    })
    const off = objectsOf(await renderChart({}))
    expect(off.some(({ kind }) => kind === 'CronJob')).toBe(false)
  })

  test('runs as nobody, on a read-only disk, in every pod', () => {
    for (const name of ['gridtide-api', 'gridtide-worker']) {
      const text = JSON.stringify(named('Deployment', name))
      expect(text).toContain('"runAsNonRoot":true')
      expect(text).toContain('"readOnlyRootFilesystem":true')
      expect(text).toContain('"drop":["ALL"]')
    }
  })

  describe('a pod that is to end', () => {
    interface Pod {
      readonly terminationGracePeriodSeconds: number
      readonly containers: readonly {
        readonly lifecycle?: { preStop: { exec: { command: readonly string[] } } }
      }[]
    }
    const podOf = (name: string) =>
      (named('Deployment', name) as unknown as { spec: { template: { spec: Pod } } }).spec.template
        .spec
    const preStopOf = (name: string) => podOf(name).containers[0]!.lifecycle?.preStop.exec.command

    test('answers for five seconds more, and then has time to drain', () => {
      const [node, ...args] = preStopOf('gridtide-api')!
      // The image is no other: it has Node there, and no shell.
      const image = readFileSync('infra/docker/Dockerfile', 'utf8')
      expect(image).toContain(`ENTRYPOINT ["${node}", `)
      const startMs = performance.now()
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      const tookMs = performance.now() - startMs
      expect([status, stderr]).toEqual([0, ''])
      expect(tookMs).toBeGreaterThan(4_900)
      const leftMs = podOf('gridtide-api').terminationGracePeriodSeconds * 1000 - 5_000
      expect(leftMs).toBeGreaterThan(END_MS + 10_000)
    })

    test('does not wait where nobody asks it anything', () => {
      expect(preStopOf('gridtide-worker')).toBeUndefined()
      const graceMs = podOf('gridtide-worker').terminationGracePeriodSeconds * 1000
      expect(graceMs).toBeGreaterThan(END_MS + 10_000)
    })
  })

  test('its values fit their schema, and a wrong one is refused', () => {
    const schema = Compile(
      JSON.parse(readFileSync('infra/helm/gridtide/values.schema.json', 'utf8')),
    )
    expect(schema.Check(values())).toBe(true)
    expect(schema.Check(values(EVERYTHING))).toBe(true)
    expect(schema.Check(values({ worker: { replicas: 0 } }))).toBe(false)
    expect(schema.Check(values({ apii: {} }))).toBe(false)
  })
})

test('the base for kustomize is the chart (npm run manifests)', async () => {
  expect(readFileSync('infra/kustomize/base/gridtide.yaml', 'utf8')).toBe(await kustomizeBase())
})
