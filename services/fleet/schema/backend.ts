import { type Static, type TProperties, Type } from 'typebox'
import { cluster, kind, reach, scope, template, token } from './far-side.ts'
import { Id, oneOf, SecretRef, strict } from './parts.ts'

/** @param fewest replicas that the backend cannot go below */
const floor = (fewest: 0 | 1) => ({
  floorReplicas: Type.Integer({
    minimum: fewest,
    maximum: 100_000,
    default: fewest,
    description: 'Kept whatever the plan says.',
  }),
})

const targetsOf = <Properties extends TProperties>(properties: Properties) =>
  Type.Array(strict({ ...scope, ...properties }, { description: 'Scale targets.' }), {
    minItems: 1,
    maxItems: 10_000,
  })

const DryRun = strict(
  {
    id: Id,
    kind: kind('dry-run'),
    targets: Type.Array(
      strict(
        {
          ...scope,
          ...floor(0),
          namespace: Type.Optional(Type.String(template)),
          name: Type.Optional(
            Type.String({
              ...template,
              description: 'Deployment under whose name autoscalers ask; `{region}` and so on.',
            }),
          ),
        },
        { description: 'Scale targets.' },
      ),
      { default: [{}] },
    ),
  },
  { description: 'Writes down what it would do, and does nothing but answer those who ask.' },
)

const Kubernetes = strict(
  {
    id: Id,
    kind: kind('kubernetes'),
    ...cluster,
    onForeignOwner: oneOf(['fail', 'bounds', 'force'], {
      default: 'fail',
      description: 'When an autoscaler owns the target: refuse, steer its bounds, or overrule it.',
    }),
    hpaVersion: oneOf(['v1', 'v2'], {
      default: 'v2',
      description: 'Of `autoscaling`; v1 for clusters before 1.23.',
    }),
    targets: targetsOf({
      ...floor(0),
      apiVersion: Type.String({ default: 'apps/v1', description: 'Of the scaled kind.' }),
      resource: Type.String({
        pattern: '^[a-z0-9.-]+$',
        default: 'deployments',
        description: 'Plural name of a kind with a scale subresource.',
      }),
      namespace: Type.String(template),
      name: Type.String(template),
    }),
  },
  { description: 'The scale subresource of a Kubernetes API server.' },
)

/** One kind a sort of object: a reader finds the name of the adapter in the file. */
const kubernetesObject = <const Name extends string>(
  name: Name,
  fewest: 0 | 1,
  description: string,
) =>
  strict(
    {
      id: Id,
      kind: kind(name),
      ...cluster,
      targets: targetsOf({
        ...floor(fewest),
        apiVersion: Type.Optional(
          Type.String({
            pattern: '^[a-z0-9.-]+/[a-z0-9]+$',
            description: 'Where the cluster serves another version than the newest.',
          }),
        ),
        namespace: Type.String(template),
        name: Type.String(template),
      }),
    },
    { description },
  )

const Http = strict(
  {
    id: Id,
    kind: kind('http'),
    secret: SecretRef,
    ...reach,
    targets: targetsOf({ ...floor(0), url: Type.String(template) }),
  },
  { description: 'A signed HTTP endpoint of your own.' },
)

const RayServe = strict(
  {
    id: Id,
    kind: kind('ray-serve'),
    token,
    ...reach,
    targets: targetsOf({
      floorReplicas: Type.Integer({
        minimum: 0,
        maximum: 100_000,
        default: 1,
        description: 'Kept whatever the plan says; 0 needs `external_scaler_enabled`.',
      }),
      url: Type.String(template),
      app: Type.String(template),
      deployment: Type.String(template),
    }),
  },
  { description: 'Deployments of Ray Serve, through the dashboard head at `url`.' },
)

const servers = {
  ...floor(0),
  urls: Type.Array(Type.String({ ...template, pattern: '^https?://[^\\s]+$' }), {
    minItems: 1,
    maxItems: 1000,
    description: 'One server a replica; the first ones are woken first.',
  }),
}

const VllmSleep = strict(
  {
    id: Id,
    kind: kind('vllm-sleep'),
    asleep: oneOf(['sleep-1', 'sleep-2'], {
      default: 'sleep-1',
      description: 'Unwanted servers keep their weights in host memory (1), or drop them (2).',
    }),
    ...reach,
    targets: targetsOf(servers),
  },
  { description: 'Standing vLLM servers: as many serve as the plan wants, the rest sleep.' },
)

const Triton = strict(
  {
    id: Id,
    kind: kind('triton'),
    ...reach,
    targets: targetsOf({
      ...servers,
      loads: Type.String({ ...template, description: 'Name of the model in its repository.' }),
    }),
  },
  { description: 'Standing Triton servers: as many hold the model as the plan wants.' },
)

const Exec = strict(
  {
    id: Id,
    kind: kind('exec'),
    command: Type.Array(Type.String({ maxLength: 4096 }), {
      minItems: 1,
      maxItems: 100,
      description: 'Program and its fixed arguments; no shell sees them.',
    }),
    timeoutSeconds: Type.Number({ minimum: 1, maximum: 600, default: 30 }),
    targets: targetsOf({
      ...floor(0),
      locator: Type.Record(Type.String(), Type.String(template), {
        default: {},
        description: 'Handed to the command as it is, e.g. `partition: h100`.',
      }),
    }),
  },
  { description: 'A command of your own, for Slurm and all else that has a command line.' },
)

export const Backend = Type.Union([
  DryRun,
  Kubernetes,
  kubernetesObject('hpa-bounds', 1, 'Bounds of HorizontalPodAutoscalers.'),
  kubernetesObject('scaled-object-bounds', 0, "Bounds of KEDA's ScaledObjects."),
  kubernetesObject('keda-pause', 0, "KEDA's ScaledObjects, paused at a count."),
  kubernetesObject('kserve-inference-service', 1, "Bounds of KServe's InferenceServices."),
  kubernetesObject('kserve-llm-inference-service', 0, "KServe's LLMInferenceServices."),
  RayServe,
  VllmSleep,
  Triton,
  Http,
  Exec,
])
export type Backend = Static<typeof Backend>
