import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseFleet, scaleTargetOf } from '../../services/fleet/index.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const fleet = parseFleet(
  `${SMALL}
backends:
  - id: cluster
    kind: kubernetes
    targets:
      - { model: chat, region: a, namespace: llm, name: "{model}-{variant}" }
      - region: a
        apiVersion: leaderworkerset.x-k8s.io/v1
        resource: leaderworkersets
        namespace: "{region}"
        name: other
      - { region: a, apiVersion: v1, resource: things, namespace: never, name: reached }
  - id: own
    kind: http
    secret: \${env:SECRET}
    targets: [{ variant: H100-tp1-pp1-bf16-b8, url: "https://b.example/{model}/{variant}" }]
  - id: watch
    kind: dry-run
    targets: [{ region: b, model: chat }]
`,
  { fileName: 'backends.yaml' },
)

describe('the scale target of a placement', () => {
  test('is of the first backend that fits, with names filled in', () => {
    const placement = { model: 'chat', region: 'a', variant: 'H100-tp2-pp1-bf16-b8' }
    expect(scaleTargetOf(fleet, placement)).toEqual({
      id: 'a/chat/H100-tp2-pp1-bf16-b8',
      backend: 'cluster',
      locator: {
        group: 'apps',
        version: 'v1',
        plural: 'deployments',
        namespace: 'llm',
        name: 'chat-h100-tp2-pp1-bf16-b8',
      },
      floorReplicas: 0,
    })
    const other = scaleTargetOf(fleet, { ...placement, model: 'other_one' })
    expect(other?.locator).toMatchObject({
      group: 'leaderworkerset.x-k8s.io',
      plural: 'leaderworkersets',
      namespace: 'a',
    })
  })

  test('names cannot leave their place in an address', () => {
    const placement = { model: 'a/../b', region: 'b', variant: 'H100-tp1-pp1-bf16-b8' }
    const target = scaleTargetOf(fleet, placement)
    expect(target).toMatchObject({
      backend: 'own',
      locator: { url: 'https://b.example/a%2F..%2Fb/H100-tp1-pp1-bf16-b8' },
    })
  })

  test('may be a dry run, or nothing', () => {
    const placement = { model: 'chat', region: 'b', variant: 'H100-tp8-pp1-bf16-b8' }
    expect(scaleTargetOf(fleet, placement)).toMatchObject({ backend: 'watch', locator: {} })
    expect(scaleTargetOf(fleet, { ...placement, model: 'other' })).toBeUndefined()
  })

  test('every placement of a fleet without backends is a dry run', () => {
    const bare = parseFleet(SMALL, { fileName: 'small.yaml' })
    expect(scaleTargetOf(bare, { model: 'm', region: 'r', variant: 'v' })?.backend).toBe('dry-run')
  })

  test.each([
    [
      'kind: hpa-bounds, targets: [{ namespace: llm, name: "{model}-{region}" }]',
      { namespace: 'llm', name: 'chat-a' },
      1,
    ],
    [
      'kind: kserve-llm-inference-service, targets: [{ apiVersion: serving.kserve.io/v1alpha1, namespace: llm, name: x, floorReplicas: 2 }]',
      { group: 'serving.kserve.io', version: 'v1alpha1', namespace: 'llm', name: 'x' },
      2,
    ],
    [
      'kind: ray-serve, targets: [{ url: "https://ray.{region}/", app: "{model}", deployment: "{variant}" }]',
      { url: 'https://ray.a', app: 'chat', deployment: 'H100-tp2-pp1-bf16-b8' },
      1,
    ],
    [
      'kind: vllm-sleep, targets: [{ urls: ["https://one.{region}/", "https://two"] }]',
      { urls: 'https://one.a https://two' },
      0,
    ],
    [
      'kind: triton, targets: [{ urls: ["https://t"], loads: "{model}-v1" }]',
      { urls: 'https://t', model: 'chat-v1' },
      0,
    ],
    [
      'kind: exec, command: [scale], targets: [{ locator: { partition: "{region}-gpu" } }]',
      { partition: 'a-gpu' },
      0,
    ],
  ])('is told in the words of its adapter: %s', (entry, locator, floorReplicas) => {
    const { backends } = parseFleet(`${SMALL}\nbackends: [{ id: one, ${entry} }]`, {
      fileName: 'small.yaml',
    })
    const placement = { model: 'chat', region: 'a', variant: 'H100-tp2-pp1-bf16-b8' }
    expect(scaleTargetOf({ backends }, placement)).toEqual({
      id: 'a/chat/H100-tp2-pp1-bf16-b8',
      backend: 'one',
      locator,
      floorReplicas,
    })
  })
})
