import { type Static, Type } from 'typebox'
import { cluster, kind } from './far-side.ts'
import { Id, strict } from './parts.ts'

const id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$',
  description: 'Letters, digits, `_` and `-`; at most 20; the jobs found there are named after it.',
})
const namespace = Type.String({
  pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  description: 'Of the jobs.',
})

const KubernetesJobs = strict(
  { id, kind: kind('kubernetes-jobs'), ...cluster, region: Id, namespace },
  { description: 'Kubernetes Jobs labelled `gridtide.dev/batch: "true"`, by `spec.suspend`.' },
)

const Kueue = strict(
  {
    id,
    kind: kind('kueue'),
    ...cluster,
    region: Id,
    namespace,
    check: Type.String({
      minLength: 1,
      maxLength: 253,
      default: 'gridtide',
      description: 'Name of the AdmissionCheck.',
    }),
  },
  { description: 'Workloads of Kueue, by an AdmissionCheck.' },
)

const MultiKueue = strict(
  {
    id,
    kind: kind('multikueue'),
    ...cluster,
    namespace,
    clusters: Type.Array(
      strict({
        name: Type.String({
          minLength: 1,
          maxLength: 256,
          description: 'Of the MultiKueueCluster.',
        }),
        region: Id,
      }),
      { minItems: 1, maxItems: 100, description: 'Worker clusters, and where they are.' },
    ),
  },
  { description: 'Workloads of a MultiKueue manager, by the clusters nominated for them.' },
)

const Slurm = strict(
  {
    id,
    kind: kind('slurm'),
    region: Id,
    prefix: Type.Array(Type.String({ maxLength: 4096 }), {
      maxItems: 100,
      default: [],
      description: 'Put before each Slurm command, e.g. `[ssh, login]`.',
    }),
    partition: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._,-]{1,253}$' })),
    timeoutSeconds: Type.Number({ minimum: 1, maximum: 600, default: 30 }),
  },
  { description: 'Slurm jobs whose comment begins with `gridtide:`, by their start time.' },
)

export const JobScheduler = Type.Union([KubernetesJobs, Kueue, MultiKueue, Slurm])
export type JobScheduler = Static<typeof JobScheduler>
