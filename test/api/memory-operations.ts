import type { TenantPorts } from '../../services/api/ports.ts'
import { Conflict, NotFound } from '../../services/domain/errors.ts'
import type { StoredPlan } from '../../services/plans/index.ts'
import { JOB_NAMES } from '../../services/queue/index.ts'
import { memoryRequests } from '../requests/memory-requests.ts'
import { NOW_MS } from './memory-ports.ts'
import { pageOf } from './page-of.ts'

type Operations = Pick<
  TenantPorts,
  'decisions' | 'savings' | 'webhooks' | 'runs' | 'queue' | 'requests'
>

const DAY_MS = 86_400_000
const emitted = (carbonG: number) => ({
  energyKwh: carbonG / 100,
  carbonG,
  carbonLowG: carbonG * 0.9,
  carbonHighG: carbonG * 1.1,
})

/** What people decide, upload and look after, in memory. */
export function memoryOperations(stored: StoredPlan[]): Operations {
  const uploads: {
    id: number
    model: string
    runs: number
    uploadedAtMs: number
    uploadedBy: string
  }[] = []
  const at = (version: number): number => {
    const index = stored.findIndex((plan) => plan.version === version)
    if (index === -1) throw new NotFound(`there is no plan of version ${version}`)
    return index
  }
  const endpoint = (id: string): void => {
    if (id !== 'ops') throw new NotFound(`there is no webhook endpoint ${id}`)
  }
  return {
    requests: memoryRequests(() => NOW_MS),
    decisions: {
      async decide(version, decision) {
        const index = at(version)
        const plan = stored[index]!
        if (plan.approval !== 'pending') throw new Conflict(`plan ${version} does not wait`)
        const approval = decision.decision
        stored[index] = { ...plan, approval, decided: { ...decision, atMs: NOW_MS } }
        return stored[index]
      },
      async rollBack(version, { by, words }) {
        const decided = { decision: 'approved', by, words, atMs: NOW_MS } as const
        const next = (stored.at(-1)?.version ?? 0) + 1
        const plan = {
          ...stored[at(version)]!,
          version: next,
          approval: 'approved',
          decided,
        } as const
        stored.push(plan)
        return plan
      },
    },
    savings: {
      days: async () => [
        {
          dayStartMs: Math.floor(NOW_MS / DAY_MS) * DAY_MS,
          windows: 24,
          tokens: 2_000_000,
          planned: emitted(300),
          baseline: emitted(900),
          savedG: 600,
          savedLowG: 505,
          savedHighG: 695,
          levers: {
            atMs: NOW_MS,
            levers: [
              { lever: 'static', carbonG: 900, savedG: 0, ofStatic: 1, words: 'static' },
              {
                lever: 'scale-to-load',
                carbonG: 400,
                savedG: 500,
                savedLowG: 420,
                savedHighG: 580,
                ofStatic: 4 / 9,
                words: 'replicas follow the load',
              },
              { lever: 'geo-shift', words: 'no plan without the levers after it' },
            ],
          },
        },
      ],
      embodiedCounted: async () => false,
    },
    webhooks: {
      list: async () => [
        {
          id: 'ops',
          url: 'https://example.com/hook',
          events: ['plan.changed'],
          format: 'plain',
          circuit: { failures: 6, failingSinceMs: NOW_MS, openUntilMs: NOW_MS + 1 },
        },
      ],
      deliveries: async (filter) =>
        pageOf(
          [3, 2, 1].map((id) => ({
            id,
            endpoint: 'ops',
            eventId: `evt_${id}`,
            eventType: 'plan.changed' as const,
            status: 'delivered' as const,
            dueAtMs: NOW_MS,
            finishedAtMs: NOW_MS,
            attempts: [{ atMs: NOW_MS, tookMs: 5, httpStatus: 204 }],
          })),
          ({ id }) => id,
          filter,
        ),
      async replay(id, what) {
        endpoint(id)
        return 'eventIds' in what ? what.eventIds.length : 7
      },
      async ping(id) {
        endpoint(id)
        return { status: 'delivered', httpStatus: 204 }
      },
      enable: async (id) => endpoint(id),
    },
    runs: {
      list: async (page) => pageOf(uploads, ({ id }) => id, page),
      async upload(model, { text }, uploadedBy) {
        const upload = {
          id: uploads.length + 1,
          model,
          runs: text.length,
          uploadedAtMs: NOW_MS,
          uploadedBy,
        }
        uploads.push(upload)
        return { ...upload, leftOut: [{ row: 2, reason: 'no tokens' }] }
      },
      async remove(id) {
        if (!uploads.some((upload) => upload.id === id)) throw new NotFound(`no upload ${id}`)
      },
    },
    queue: {
      health: async () =>
        JOB_NAMES.map((job) => ({ job, waiting: 0, active: 0, delayed: 0, blocked: 0, failed: 0 })),
      dead: async (name) => [
        { name, id: 'x', payload: { cause: 'clock' }, reason: 'boom', attempts: 5, failedAtMs: 1 },
      ],
      async revive(job, id) {
        if (id !== 'x') throw new NotFound(`no dead ${job} job ${id}`)
      },
    },
  }
}
