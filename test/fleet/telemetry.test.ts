import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { InvalidInput } from '../../services/domain/errors.ts'
import { parseFleet } from '../../services/fleet/index.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const parsed = (more: string) =>
  parseFleet(
    `${SMALL}\ntelemetry: { prometheus: { url: "https://p.example" }, engine: vllm${more} }`,
    { fileName: 'small.yaml' },
  ).telemetry

test('telemetry needs an address and an engine, and fills in the rest', () => {
  expect(parsed('')).toEqual({
    prometheus: { url: 'https://p.example' },
    engine: 'vllm',
    modelNames: {},
    labels: {},
    powerLabels: {},
    windowSeconds: 60,
    allowPrivate: false,
    allow: [],
  })
  expect(parseFleet(SMALL, { fileName: 'small.yaml' }).telemetry).toBeUndefined()
})

test.each([
  [', modelNames: { chta: x }', '/telemetry/modelNames/chta', /no model "chta"/],
  [', labels: { ok: a, a-b: c }', '/telemetry/labels/a-b', /no label/],
  [', powerLabels: { chta: { pod: x } }', '/telemetry/powerLabels/chta', /no model "chta"/],
  [', powerLabels: { chat: { a-b: c } }', '/telemetry/powerLabels/chat/a-b', /no label/],
  [', windowSeconds: 5', '/telemetry/windowSeconds', /from 15/],
])('a mistake is found in its place: %s', (more, path, message) => {
  let issues: InvalidInput['issues'] = []
  try {
    parsed(more)
  } catch (error) {
    issues = (error as InvalidInput).issues
  }
  expect(issues).toMatchObject([{ path, message: expect.stringMatching(message) }])
})
