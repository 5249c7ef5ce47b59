import { expect, test } from 'vitest'
import { readJobs } from '../../services/demand/index.ts'

test('a recording of jobs, with what it says of waiting and of more GPUs', () => {
  expect(readJobs('submit_s,gpus,duration_s\n60,2,7200\n')).toEqual([
    { submitSeconds: 60, gpus: 2, hours: 2, interruptible: true, maxScale: 1 },
  ])
  const told = readJobs('gpus,submit_s,duration_s,wait_h,interruptible,max_scale\n1,0,3600,3,0,4\n')
  expect(told).toEqual([
    { submitSeconds: 0, gpus: 1, hours: 1, waitHours: 3, interruptible: false, maxScale: 4 },
  ])
})

test.each([
  ['submit_s,gpus\n1,2\n', 'no column "duration_s"'],
  ['submit_s,gpus,duration_s\n1,,3\n', 'row 2 of the jobs: gpus is not a number: ""'],
  ['submit_s,gpus,duration_s\n1,2,-3\n', 'duration_s is not a number: "-3"'],
])('%j is refused', (text, words) => {
  expect(() => readJobs(text)).toThrow(words)
})
