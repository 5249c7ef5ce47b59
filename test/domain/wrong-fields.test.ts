import { expect, test } from 'vitest'
import { wrongFields } from '../../services/domain/wrong-fields.ts'

const error = (keyword: string, params: object, message?: string) => ({
  keyword,
  instancePath: '/job',
  params,
  ...(message !== undefined && { message }),
})

test('says of each field what is wrong with it, and where', () => {
  const errors = [
    error('boolean', {}, 'schema is false'),
    error('additionalProperties', { additionalProperties: ['gpuHour', 'a/b~c'] }),
    error('required', { requiredProperties: ['deadlineMs'] }),
    error('enum', { allowedValues: ['hard', 'soft'] }),
    error('minimum', {}, 'must be >= 0'),
    error('odd', {}),
  ]
  const { message, issues } = wrongFields(errors, '/body')
  expect(message).toBe('/body/job/gpuHour is not a field here')
  expect(issues.map(({ path, message }) => `${path} ${message}`)).toEqual([
    '/body/job/gpuHour is not a field here',
    '/body/job/a~1b~0c is not a field here',
    '/body/job/deadlineMs is missing',
    '/body/job must be one of hard, soft',
    '/body/job must be >= 0',
    '/body/job is wrong',
  ])
})

test('of the whole, the place is the root', () => {
  const whole = { keyword: 'type', instancePath: '', params: {}, message: 'must be object' }
  expect(wrongFields([whole]).issues).toEqual([{ path: '/', message: 'must be object' }])
  const choice = { ...whole, keyword: 'enum', params: { allowedValues: [1] } }
  expect(wrongFields([choice]).message).toBe('/ must be one of 1')
  expect(wrongFields([], '/body').message).toBe('/body is wrong')
})
