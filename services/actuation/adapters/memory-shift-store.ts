import type { NewEvent } from '../../notification/index.ts'
import type { ShiftRecord, ShiftStore } from '../shift-record.ts'

/** Of one process. @param tell where the events of a save go */
export function memoryShiftStore(
  tell: (events: readonly NewEvent[]) => void = () => undefined,
): ShiftStore {
  const records = new Map<string, ShiftRecord>()
  return {
    load: async (shiftId) => records.get(shiftId),
    async save(shiftId, record, events = []) {
      const held = records.get(shiftId)
      if (held && record.revision !== held.revision + 1) return false
      records.set(shiftId, record)
      tell(events)
      return true
    },
    latest: async (models) =>
      new Map(
        [...records.values()]
          .filter(({ shift }) => models.includes(shift.model))
          .map((record) => [record.shift.model, record]),
      ),
    unfinished: async () =>
      [...records].filter(([, { status }]) => status === 'running').map(([shiftId]) => shiftId),
    async forget(beforeMs) {
      const gone = [...records].filter(
        ([, { status, stepSinceMs }]) => status !== 'running' && stepSinceMs < beforeMs,
      )
      for (const [shiftId] of gone) records.delete(shiftId)
      return gone.length
    },
  }
}
