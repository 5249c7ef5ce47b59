import { expect, it } from 'vitest'
import { changeWords } from '../../services/plans/change-words.ts'
import { changesBetween } from '../../services/plans/index.ts'
import { aPlan } from '../api/memory-ports.ts'

const cell = { region: 'se', model: 'chat', pointId: 'tp2' }
const load = (region: string, tokensPerSecond: number, pointId = 'tp2') => ({
  region,
  pointId,
  tokensPerSecond,
})

it.each([
  [
    'moves between regions, naming the one that gave',
    [load('de', 500), load('pl', 300), load('se', 100)],
    [load('de', 150), load('pl', 280), load('se', 470)],
    'se carries 470 tokens/s instead of 100, de less',
  ],
  [
    'moves between regions, naming the one that took',
    [load('de', 100), load('se', 500)],
    [load('de', 600)],
    'se carries 0 tokens/s instead of 500, de more',
  ],
  [
    'has more to do',
    [load('se', 100)],
    [load('se', 200)],
    'chat has 200 tokens/s instead of 100 to do; se carries 200 tokens/s instead of 100',
  ],
  [
    'runs on other variants',
    [load('se', 400)],
    [load('se', 100), load('se', 300, 'tp1')],
    'the same load in se on other variants',
  ],
  [
    'runs on more replicas',
    [load('se', 400)],
    [load('se', 401)],
    'the same load in se on other replicas',
  ],
])('says that a model %s', (_what, was, is, words) => {
  expect(changeWords(cell, was, is)).toBe(words)
})

it('is said of every change between two plans', () => {
  const [before, after] = [aPlan(1, 2), aPlan(2, 3)].map(({ outcome }) => {
    if (outcome.status !== 'planned') throw new Error('aPlan is planned')
    return outcome.plan
  })
  const changes = changesBetween(before, after)
  expect(changes.map(({ words }) => words)).toEqual(
    changes.map(() => 'the same load in eu-north on other replicas'),
  )
  expect(changes).toHaveLength(2)
  expect(changesBetween(undefined, after)).toEqual([])
})
