import { describe, expect, it } from 'vitest'
import { featureColumns } from '../../services/fitting/feature-columns.ts'

const columnsOf = (...rows: number[][]) =>
  featureColumns(Float64Array.from(rows.flat()), rows[0]!.length)

describe('columns that candidates bring', () => {
  it('merges multiples of a feature and leaves out those zero throughout', () => {
    expect(columnsOf([1, 0, 2, 5], [3, 0, 6, 5])).toEqual([
      {
        lead: 0,
        parts: [
          { feature: 0, factor: 1 },
          { feature: 2, factor: 2 },
        ],
      },
      { lead: 3, parts: [{ feature: 3, factor: 1 }] },
    ])
  })

  it.each([
    ['of a lead that is zero in the first row', [0, 4], [1, 1]],
    ['zero in the first row alone', [4, 0], [1, 1]],
    ['where both are zero in the first row', [0, 0], [1, 2]],
    ['in the first row alone', [1, 2], [1, 3]],
    ['of a lead so small that no number is large enough', [5e-324, 1e300], [1, 1]],
  ])('keeps apart a feature that is no multiple: %s', (_, ...rows) => {
    expect(columnsOf(...rows).map(({ lead }) => lead)).toEqual([0, 1])
  })

  it('merges what differs by rounding alone', () => {
    expect(columnsOf([1, 0.3], [3, 0.1 * 9], [7, 0.7 * 3])).toHaveLength(1)
  })
})
