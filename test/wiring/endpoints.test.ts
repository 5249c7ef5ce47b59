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
`

it('hands on who is told how, with the secrets themselves', async () => {
  const fleet = parseFleet(`${SMALL}${HOOKS}`, { fileName: 'small.yaml' })
  const [asked, inner] = await webhookEndpoints(fleet, { NEW: 'new', OLD: 'old' })
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
})
