import { describe, expect, it } from 'vitest'
import { steeredTargets } from '../../services/pipeline/steered-targets.ts'
import { planOf } from '../support/plans.ts'
import { smallFleet, smallPoint } from '../support/small-fleet.ts'

const nowMs = Date.parse('2026-07-01T12:00Z')
const points = new Map([['llama', [smallPoint]]])
const plan = planOf(nowMs, [2, 5, 1])
const noneKnown = new Set<string>()
const secret = JSON.stringify(['$', '{env:BACKEND_SECRET}'].join(''))

describe('steeredTargets', () => {
  it('steers what the plan ever uses, safe at its peak', () => {
    const targets = steeredTargets(smallFleet(), plan, points, noneKnown)
    expect(targets).toHaveLength(1)
    expect(targets[0]).toMatchObject({
      ref: { id: 'eu-north/llama/H100-tp2-pp1-fp8-b64', backend: 'dry-run', region: 'eu-north' },
      safeReplicas: 5,
      gpusPerReplica: 2,
    })
  })

  it('keeps steering what plans before told, so that nothing is left running', () => {
    const known = new Set(['eu-central/llama/H100-tp2-pp1-fp8-b64'])
    const targets = steeredTargets(smallFleet(), plan, points, known)
    expect(targets.map(({ region, safeReplicas }) => [region, safeReplicas])).toEqual([
      ['eu-north', 5],
      ['eu-central', 0],
    ])
  })

  it('holds instead of growing where the fleet says so', () => {
    const fleet = smallFleet('safeState: { state: hold }')
    expect(steeredTargets(fleet, plan, points, noneKnown)[0]!.safeReplicas).toBe(0)
  })

  it('takes the first backend that declares the place, and fills in its names', () => {
    const fleet = smallFleet(`backends:
  - { id: elsewhere, kind: http, secret: ${secret}, targets: [{ region: eu-central, url: 'https://a.example' }] }
  - { id: cluster, kind: kubernetes, targets: [{ namespace: '{region}', name: '{model}-{variant}' }] }
  - { id: hooks, kind: http, secret: ${secret}, targets: [{ url: 'https://b.example/{region}' }] }`)
    const known = new Set(['eu-central/llama/H100-tp2-pp1-fp8-b64'])
    const refs = steeredTargets(fleet, plan, points, known).map(({ ref }) => ref)
    expect(refs.map(({ backend, locator }) => ({ backend, ...locator }))).toEqual([
      {
        backend: 'cluster',
        group: 'apps',
        version: 'v1',
        plural: 'deployments',
        namespace: 'eu-north',
        name: 'llama-h100-tp2-pp1-fp8-b64',
      },
      { backend: 'elsewhere', url: 'https://a.example' },
    ])
  })

  it('knows the core group, and leaves out what no backend declares', () => {
    const core = `backends:
  - { id: core, kind: kubernetes, targets: [{ apiVersion: v1, resource: replicationcontrollers, namespace: n, name: m }] }`
    const [target] = steeredTargets(smallFleet(core), plan, points, noneKnown)
    expect(target!.ref.locator).toMatchObject({ group: '', version: 'v1' })
    const other = 'backends: [{ id: d, kind: dry-run, targets: [{ region: eu-central }] }]'
    expect(steeredTargets(smallFleet(other), plan, points, noneKnown)).toEqual([])
    expect(steeredTargets(smallFleet(), plan, new Map(), noneKnown)).toEqual([])
  })
})
