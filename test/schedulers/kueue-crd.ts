import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * What the CRD of Workload, kueue.x-k8s.io/v1beta2, asks of the parts of a status that we write
 * (kubernetes-sigs/kueue, apis/kueue/v1beta2/workload_types.go).
 */
const Status = Type.Object({
  admissionChecks: Type.Optional(
    Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 316 }),
          state: Type.Enum(['Pending', 'Ready', 'Retry', 'Rejected']),
          lastTransitionTime: Type.String({ format: 'date-time' }),
          message: Type.String({ maxLength: 32_768 }),
          requeueAfterSeconds: Type.Optional(Type.Integer({ minimum: 0 })),
          retryCount: Type.Optional(Type.Integer({ minimum: 0 })),
          podSetUpdates: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 8 })),
        },
        { additionalProperties: false },
      ),
      { maxItems: 8 },
    ),
  ),
  nominatedClusterNames: Type.Optional(
    Type.Array(Type.String({ maxLength: 256 }), { maxItems: 10 }),
  ),
  clusterName: Type.Optional(Type.String({ maxLength: 256 })),
})
const shape = Compile(Status)

/** @throws where Kueue's API server would answer 422 */
export function assertWorkloadStatus({ status = {} }: { readonly status?: unknown }): void {
  const [error] = shape.Errors(status)
  if (error) throw new Error(`${error.instancePath} ${error.message}`)
  const { clusterName, nominatedClusterNames = [] } = status as Record<string, string[]>
  if (clusterName && nominatedClusterNames.length > 0) {
    throw new Error('clusterName and nominatedClusterNames are mutually exclusive')
  }
}
