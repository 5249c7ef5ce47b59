import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { InvalidInput } from '../../services/domain/errors.ts'
import { parseFleet } from '../../services/fleet/index.ts'

const SMALL = readFileSync('test/fixtures/fleet/small.yaml', 'utf8')
const withPolicy = (policy: string) => () =>
  parseFleet(SMALL.replace('name: small', `name: small\npolicy: ${policy}`), {
    fileName: 'small.yaml',
  })

it('takes grams for a change only where grams count', () => {
  expect(withPolicy('{ changeGPerGpu: 3 }')().policy.changeGPerGpu).toBe(3)
  expect(withPolicy('{ objective: cost }')().policy.changeGPerGpu).toBe(0)
  let error: unknown
  try {
    withPolicy('{ objective: cost, changeGPerGpu: 3 }')()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(InvalidInput)
  expect((error as InvalidInput).issues).toMatchObject([
    { path: '/policy/changeGPerGpu', suggestion: 'set `objective: carbon`' },
  ])
})
