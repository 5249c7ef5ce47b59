import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseFleet } from '../../services/fleet/index.ts'
import { PRIVATE_NETWORKS } from '../../services/platform/address-guard.ts'
import { webhookEndpoints } from '../../services/wiring/endpoints.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const HOOKS = `
webhooks:
  - id: asked
    url: https://hooks.example.com/gridtide
    secret: \${env:NEW}
    previousSecret: \${env:OLD}
    format: cloudevents
    consent: { origin: gridtide.example.com, ratePerMinute: 60 }
  - { id: inner, url: "http://10.0.0.7/", secret: "\${env:NEW}", allowPrivate: true }
  - { id: named, url: "http://hook.internal/", secret: "\${env:NEW}", allow: [hook.internal, 10.1.0.0/16] }
`

it('hands on who is told how, with the secrets themselves', async () => {
  const fleet = parseFleet(`${SMALL}${HOOKS}`, { fileName: 'small.yaml' })
  const [asked, inner, named] = await webhookEndpoints(fleet, { NEW: 'new', OLD: 'old' })
  expect(asked).toEqual({
    id: 'asked',
    url: 'https://hooks.example.com/gridtide',
    secrets: ['new', 'old'],
    events: ['plan.changed'],
    format: 'cloudevents',
    consent: { origin: 'gridtide.example.com', ratePerMinute: 60 },
    allow: [],
  })
  expect(inner).toMatchObject({ format: 'plain', allow: PRIVATE_NETWORKS })
  expect(inner).not.toHaveProperty('consent')
  expect(named).toMatchObject({ allow: ['hook.internal', '10.1.0.0/16'] })
})

it('says what is no range, rather than to allow nothing', async () => {
  const hooks = HOOKS.replace('10.1.0.0/16', '10.1.0.0/33')
  const fleet = parseFleet(`${SMALL}${hooks}`, { fileName: 'small.yaml' })
  const told = webhookEndpoints(fleet, { NEW: 'new', OLD: 'old' })
  await expect(told).rejects.toThrow('allow: 10.1.0.0/33 is no CIDR range')
  const address = HOOKS.replace('hook.internal, ', '"http://x/", ')
  expect(() => parseFleet(`${SMALL}${address}`, { fileName: 'small.yaml' })).toThrow(
    expect.objectContaining({
      issues: [expect.objectContaining({ path: '/webhooks/2/allow/0' })],
    }),
  )
})
