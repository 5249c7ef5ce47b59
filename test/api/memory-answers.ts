import type { AnswerStore, AnswerText } from '../../services/api/answer-store.ts'

interface Entry {
  readonly fingerprint: string
  startedAtMs: number
  answer?: AnswerText | undefined
}

/** Answers in memory. */
export function memoryAnswers(): AnswerStore & { readonly all: Map<string, Entry> } {
  const all = new Map<string, Entry>()
  const nameOf = ({ tenant, key }: { tenant: string; key: string }) => `${tenant} ${key}`
  return {
    all,
    async begin({ fingerprint, nowMs, abandonedBeforeMs, ...key }) {
      const known = all.get(nameOf(key))
      if (!known) {
        all.set(nameOf(key), { fingerprint, startedAtMs: nowMs })
        return { state: 'started' }
      }
      if (known.fingerprint !== fingerprint) return { state: 'other-request' }
      if (known.answer) return { state: 'answered', ...known.answer }
      if (known.startedAtMs >= abandonedBeforeMs) return { state: 'under-way' }
      known.startedAtMs = nowMs
      return { state: 'started' }
    },
    async finish(key, answer) {
      all.get(nameOf(key))!.answer = answer
    },
    async abandon(key) {
      all.delete(nameOf(key))
    },
    async forget(beforeMs) {
      const old = [...all].filter(([, { startedAtMs }]) => startedAtMs < beforeMs)
      for (const [name] of old) all.delete(name)
      return old.length
    },
  }
}
