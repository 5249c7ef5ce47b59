import { describe, expect, it } from 'vitest'
import { InvalidInput, NotFound } from '../../services/domain/errors.ts'
import { csvReplay } from '../../services/grid/adapters/csv-replay.ts'
import { describeGridProvider } from '../contracts/grid-provider.contract.ts'

const forecasts = `zone,issued_utc,target_utc,gco2_per_kwh
DE,2021-07-01T00:00Z,2021-07-01T00:00Z,300
DE,2021-07-01T00:00Z,2021-07-01T01:00Z,310
DE,2021-07-02T00:00Z,2021-07-02T00:00Z,400
DE,2021-07-02T00:00Z,2021-07-02T01:00Z,410
`
const history = `zone,datetime_utc,gco2_per_kwh,direct
DE,2021-06-30T22:00Z,290,1
DE,2021-06-30T23:00Z,295,1
DE,2021-07-01T00:00Z,301,1
DE,2021-07-01T01:00Z,302,1
`
const at = (stamp: string) => ({ forecasts, history, nowMs: () => Date.parse(stamp) })
const FROM_MS = Date.parse('2021-06-30T22:00Z')

describeGridProvider({
  name: 'CSV replay',
  make: () => csvReplay(at('2021-07-01T00:30Z')),
  zone: 'DE',
  forecastG: [300, 310],
  history: { fromMs: FROM_MS, toMs: FROM_MS + 86_400_000, firstG: 290 },
})

describe('CSV replay', () => {
  it('sees only what had been issued by then', async () => {
    const issueAt = async (stamp: string) => (await csvReplay(at(stamp)).forecast('DE')).slots[0]
    await expect(issueAt('2021-07-01T23:59Z')).resolves.toMatchObject({ carbonGPerKwh: 300 })
    await expect(issueAt('2021-07-02T00:00Z')).resolves.toMatchObject({ carbonGPerKwh: 400 })
    await expect(issueAt('2021-06-30T23:59Z')).rejects.toBeInstanceOf(NotFound)
  })

  it('sees only hours that have ended', async () => {
    const { slots } = await csvReplay(at('2021-07-01T00:30Z')).history!('DE', FROM_MS, FROM_MS * 2)
    expect(slots.map(({ carbonGPerKwh }) => carbonGPerKwh)).toEqual([290, 295])
  })

  it('says what its history has where it has nothing of the time asked for', async () => {
    const named = { ...at('2030-01-01T00:00Z'), historyName: 'data:grid/actuals.csv' }
    const years = [Date.parse('2025-01-01T00:00Z'), Date.parse('2025-01-02T00:00Z')] as const
    await expect(csvReplay(named).history!('DE', ...years)).rejects.toThrow(
      'data:grid/actuals.csv has nothing of DE between 2025-01-01T00:00:00.000Z and 2025-01-02T00:00:00.000Z; it has 2021-06-30T22:00:00.000Z to 2021-07-01T01:00:00.000Z',
    )
    const unnamed = csvReplay(at('2030-01-01T00:00Z')).history!('DE', ...years)
    await expect(unnamed).rejects.toThrow(/^the history has nothing/)
  })

  it('keeps its past forecasts, but for those of its future', async () => {
    const replay = csvReplay(at('2021-07-01T12:00Z'))
    const past = (fromMs: number) => replay.pastForecasts!('DE', fromMs, FROM_MS * 2)
    const [first, ...later] = await past(FROM_MS)
    expect(later).toEqual([])
    expect(first).toEqual(await replay.forecast('DE'))
    await expect(past(FROM_MS + 86_400_000)).resolves.toEqual([])
    await expect(replay.pastForecasts!('FR', FROM_MS, FROM_MS * 2)).resolves.toEqual([])
  })

  it('has nothing without files', async () => {
    const empty = csvReplay({ nowMs: () => 0 })
    await expect(empty.forecast('DE')).rejects.toBeInstanceOf(NotFound)
    await expect(empty.history!('DE', 0, 1)).rejects.toBeInstanceOf(NotFound)
  })

  it.each([
    ['other columns', 'zone,issued_utc,value\nDE,2021-07-01T00:00Z,1', /columns must begin/],
    ['a value that is none', forecasts.replace('310', 'high'), /row 3: not a number/],
    ['an empty value', forecasts.replace('310', ''), /row 3: not a number/],
  ])('refuses a file with %s', (_what, text, message) => {
    const read = () => csvReplay({ forecasts: text, nowMs: () => 0 })
    expect(read).toThrow(InvalidInput)
    expect(read).toThrow(message)
  })

  it('keeps issues in order whatever the order of the file', async () => {
    const [header, ...rows] = forecasts.trim().split('\n')
    const reversed = [header, ...rows.reverse()].join('\n')
    const provider = csvReplay({
      forecasts: reversed,
      nowMs: () => Date.parse('2021-07-03T00:00Z'),
    })
    await expect(provider.forecast('DE')).resolves.toMatchObject({
      issuedAtMs: Date.parse('2021-07-02T00:00Z'),
    })
  })
})
