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

const TELEMETRY = 'prometheus: { url: "http://x" }, engine: vllm'
it.each([
  ['an address', HOOKS.replace('hook.internal, ', '"http://x/", '), '/webhooks/2/allow/0'],
  ['no range', HOOKS.replace('10.1.0.0/16', '10.1.0.0/33'), '/webhooks/2/allow/1'],
  ['no range', `${HOOKS}telemetry: { ${TELEMETRY}, allow: [x.org/8] }\n`, '/telemetry/allow/0'],
])('refuses %s where hosts and ranges are allowed, and says at which', (_what, more, path) => {
  expect(() => parseFleet(`${SMALL}${more}`, { fileName: 'small.yaml' })).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ path })] }),
  )
})
