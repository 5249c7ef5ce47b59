import { expect, it } from 'vitest'
import { savedBand } from '../../services/accounting/index.ts'

const emitted = (carbonG: number, carbonLowG?: number, carbonHighG?: number) => ({
  energyKwh: 1,
  carbonG,
  carbonLowG,
  carbonHighG,
})

it('adds the half-widths of both sides in quadrature, each in its own direction', () => {
  const band = savedBand(emitted(300, 260, 330), emitted(900, 860, 990))
  expect(band).toEqual({
    savedLowG: 600 - Math.hypot(30, 40),
    savedHighG: 600 + Math.hypot(40, 90),
  })
})

it('is unknown where either side is', () => {
  expect(savedBand(emitted(300), emitted(900, 860, 990))).toBeUndefined()
  expect(savedBand(emitted(300, 260, 330), emitted(900))).toBeUndefined()
  expect(savedBand(emitted(300, 260), emitted(900, 860, 990))).toBeUndefined()
})
