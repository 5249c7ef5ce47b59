import { type Static, Type } from 'typebox'

const PREFIX = 'gridtide.dev/'
/** Extended resources that are GPUs, by vendor. */
const GPU_RESOURCES = ['nvidia.com/gpu', 'amd.com/gpu', 'gpu.intel.com/i915']

/** As much of a pod template as says how many GPUs one pod has. */
export const PodShape = Type.Object({
  spec: Type.Object({
    containers: Type.Array(
      Type.Object({
        resources: Type.Optional(
          Type.Object({
            limits: Type.Optional(
              Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
            ),
          }),
        ),
      }),
    ),
  }),
})

/** As much of a status as says how far an object is. */
export const StatusShape = Type.Object({
  conditions: Type.Optional(
    Type.Array(Type.Object({ type: Type.String(), status: Type.String() })),
  ),
})

/** Annotations meant for us, without their prefix. */
export const marksOf = (
  annotations: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(annotations)
      .filter(([name]) => name.startsWith(PREFIX))
      .map(([name, text]) => [name.slice(PREFIX.length), text]),
  )

/** GPUs of one pod; 1 where it names none, since what it runs on is asked of us. */
export function gpusOfPod({ spec }: Static<typeof PodShape>): number {
  let count = 0
  for (const { resources } of spec.containers) {
    for (const name of GPU_RESOURCES) count += Number(resources?.limits?.[name] ?? 0)
  }
  return Number.isInteger(count) && count > 0 ? count : 1
}

/** Whether a condition holds. */
export const isTrue = (status: Static<typeof StatusShape> | undefined, type: string): boolean =>
  status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false
