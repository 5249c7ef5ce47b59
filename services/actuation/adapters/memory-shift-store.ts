import type { ShiftRecord, ShiftStore } from '../shift-record.ts'

export function memoryShiftStore(): ShiftStore {
  const records = new Map<string, ShiftRecord>()
  return {
    load: async (shiftId) => records.get(shiftId),
    async save(shiftId, record) {
      const held = records.get(shiftId)
      if (held && record.revision !== held.revision + 1) return false
      records.set(shiftId, record)
      return true
    },
    latest: async (model) => [...records.values()].findLast(({ shift }) => shift.model === model),
    unfinished: async () =>
      [...records].filter(([, { status }]) => status === 'running').map(([shiftId]) => shiftId),
  }
}
