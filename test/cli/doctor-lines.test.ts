import { describe, expect, it } from 'vitest'
import { backendLine, clockLine, providerLine } from '../../services/cli/doctor-lines.ts'

const check = { ok: true, source: 'neso', zone: 'GB', words: 'average/operational, 48 h ahead' }

describe('the clock of gridtide doctor', () => {
  it('says which way it is off, and by how much', () => {
    expect(clockLine(12.4)).toBe('ok   clock: 12 s behind the services')
    expect(clockLine(-59.6)).toBe('ok   clock: 60 s ahead of the services')
    expect(clockLine(0.4)).toBe('ok   clock: level with the services')
    expect(clockLine(undefined)).toBe('ok   clock: no service told the time')
  })

  it('fails beyond a minute, either way, and says what to do', () => {
    expect(clockLine(90)).toBe('FAIL clock: 90 s behind the services; set it by NTP')
    expect(clockLine(-3_600)).toBe('FAIL clock: 3600 s ahead of the services; set it by NTP')
  })

  it('is told beside each source that names the time', () => {
    expect(providerLine(check, 5)).toBe(
      'ok   neso GB: average/operational, 48 h ahead; our clock is 5 s behind its',
    )
    expect(providerLine({ ...check, ok: false, words: 'away' }, undefined)).toBe(
      'FAIL neso GB: away',
    )
  })

  it('leaves out the target where a backend has none', () => {
    const backend = {
      ok: false,
      backend: 'k8s',
      kind: 'kubernetes',
      words: 'may not scale',
    } as const
    expect(backendLine(backend)).toBe('FAIL k8s (kubernetes): may not scale')
    expect(backendLine({ ...backend, ok: true, target: 'a/chat' })).toBe(
      'ok   k8s (kubernetes) a/chat: may not scale',
    )
  })
})
