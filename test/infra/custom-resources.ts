import { type TObject, type TProperties, Type } from 'typebox'

/** As API servers and Ray do with `fieldValidation: Strict` and `extra=forbid`: no unknown field. */
const exactly = <Shape extends TProperties>(properties: Shape): TObject<Shape> =>
  Type.Object(properties, { additionalProperties: false })
const optional = Type.Optional
const text = Type.String({ minLength: 1 })
const count = Type.Integer({ minimum: 0 })
const metadata = exactly({
  name: Type.String({ pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 253 }),
  namespace: optional(text),
})
const object = (kind: string, apiVersion: string, spec: TProperties) =>
  exactly({
    apiVersion: Type.Literal(apiVersion),
    kind: Type.Literal(kind),
    metadata,
    spec: optional(exactly(spec)),
  })

const KUEUE = 'kueue.x-k8s.io/v1beta2'
const named = exactly({ name: text })

/**
 * Custom resources that no package has the schemas of, as far as our examples use them; by kind.
 * Sources: kserve/kserve pkg/apis/serving/v1alpha1/llm_inference_service_types.go,
 * kubernetes-sigs/kueue apis/kueue/v1beta2, kubernetes-sigs/kustomize api/types/kustomization.go.
 */
export const CUSTOM_RESOURCES: Readonly<Record<string, TObject>> = {
  LLMInferenceService: object('LLMInferenceService', 'serving.kserve.io/v1alpha1', {
    model: exactly({ uri: Type.String({ pattern: '^(hf|s3|pvc|oci)://' }), name: optional(text) }),
    replicas: optional(count),
    parallelism: optional(exactly({ tensor: optional(count), pipeline: optional(count) })),
    router: optional(
      exactly({
        route: optional(exactly({ group: optional(text), weight: optional(count) })),
        gateway: optional(exactly({})),
        scheduler: optional(exactly({})),
      }),
    ),
  }),
  AdmissionCheck: object('AdmissionCheck', KUEUE, {
    controllerName: text,
    parameters: optional(exactly({ apiGroup: text, kind: text, name: text })),
  }),
  ResourceFlavor: object('ResourceFlavor', KUEUE, {
    nodeLabels: optional(Type.Record(Type.String(), Type.String())),
  }),
  ClusterQueue: object('ClusterQueue', KUEUE, {
    namespaceSelector: optional(exactly({})),
    admissionChecksStrategy: optional(exactly({ admissionChecks: Type.Array(named) })),
    resourceGroups: Type.Array(
      exactly({
        coveredResources: Type.Array(text),
        flavors: Type.Array(
          exactly({
            name: text,
            resources: Type.Array(exactly({ name: text, nominalQuota: count })),
          }),
        ),
      }),
    ),
  }),
  LocalQueue: object('LocalQueue', KUEUE, { clusterQueue: text }),
  Kustomization: exactly({
    apiVersion: Type.Literal('kustomize.config.k8s.io/v1beta1'),
    kind: Type.Literal('Kustomization'),
    resources: Type.Array(text),
  }),
}

/**
 * A configuration that `serve deploy` takes (ray-project/ray python/ray/serve/schema.py,
 * ServeDeploySchema), as far as our example uses it.
 */
export const RAY_SERVE_CONFIG = exactly({
  applications: Type.Array(
    exactly({
      name: text,
      route_prefix: Type.String({ pattern: '^/' }),
      import_path: Type.String({ pattern: '^[\\w.]+[:.]\\w+$' }),
      args: optional(Type.Object({})),
      // Ray refuses an application that has both this and `autoscaling_config` on a deployment.
      external_scaler_enabled: optional(Type.Boolean()),
      deployments: Type.Array(exactly({ name: text, num_replicas: count })),
    }),
  ),
})
