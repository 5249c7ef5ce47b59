import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '../../infra/helm/render.mjs'
import { RAY_SERVE_CONFIG } from './custom-resources.ts'
import { validate } from './kubernetes-schemas.ts'

const isObject = (value: unknown): value is KubernetesObject =>
  typeof value === 'object' && value !== null && 'kind' in value && 'apiVersion' in value

const objects = ['infra/kubernetes', 'infra/kustomize', 'examples']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8'))
      .map((document) => document.toJS())
      .filter(isObject)
      .map((object) => [file, object.kind, object] as const),
  )

describe('an API server would take', () => {
  test.each(objects)('%s: %s', (_file, _kind, object) => validate(object))

  test('all of them, and no wrong field', () => {
    const kinds = new Set(objects.map(([, kind]) => kind))
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'Deployment',
        'Job',
        'LLMInferenceService',
        'AdmissionCheck',
        'Role',
      ]),
    )
    for (const kind of kinds) {
      const [, , object] = objects.find(([, each]) => each === kind)!
      expect(() => validate({ ...object, kind: 'Unheard' })).toThrow('no schema')
      expect(() => validate({ ...object, metadata: 'none' } as never), kind).toThrow()
    }
    const service = objects.find(([, kind]) => kind === 'LLMInferenceService')![2]
    expect(() => validate({ ...service, spec: { replica: 1 } })).toThrow('LLMInferenceService/spec')
  })
})

test('kustomize finds what it is told to take', () => {
  const base = 'infra/kustomize/base/kustomization.yaml'
  const { resources } = parse(readFileSync(base, 'utf8'))
  for (const name of resources) expect(existsSync(join(dirname(base), name)), name).toBe(true)
})

describe('the configuration for Ray Serve', () => {
  const config = parse(readFileSync('examples/ray-serve/serve.yaml', 'utf8'))
  const shape = Compile(RAY_SERVE_CONFIG)

  test('is one, and a wrong field would be seen', () => {
    expect([...shape.Errors(config)]).toEqual([])
    const [application] = config.applications
    expect(shape.Check({ applications: [{ ...application, autoscaling: {} }] })).toBe(false)
  })

  test('names the application and the deployment that the fleet file steers', () => {
    const fleet = parse(readFileSync('examples/ray-serve/fleet.yaml', 'utf8'))
    const [{ name, deployments }] = config.applications
    const [{ deployment }] = fleet.backends[0].targets
    expect(deployments.map((one: { name: string }) => one.name)).toEqual([deployment])
    expect(name).toMatch(new RegExp(`^${fleet.models[0].id}-H100-tp2-`))
  })
})
