import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { CronJob } from 'kubernetes-models/batch/v1/CronJob'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding'
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { Compile } from 'typebox/compile'
import type { KubernetesObject } from '../../infra/helm/render.mjs'
import { CUSTOM_RESOURCES } from './custom-resources.ts'

/** Every class validates against the OpenAPI schema that Kubernetes publishes. */
const CLASSES = {
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  CronJob,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  NetworkPolicy,
  PodDisruptionBudget,
  PrometheusRule,
  Role,
  RoleBinding,
  Service,
  ServiceAccount,
  ServiceMonitor,
}

/**
 * What an API server would say.
 *
 * @throws Error where it would refuse the object, or where its kind is unknown
 */
export function validate(object: KubernetesObject): void {
  const Kind = CLASSES[object.kind as keyof typeof CLASSES]
  if (Kind) new Kind(object as never).validate()
  else validateCustom(object)
}

function validateCustom(object: KubernetesObject): void {
  const schema = CUSTOM_RESOURCES[object.kind]
  if (!schema) throw new Error(`no schema of ${object.kind}`)
  const [error] = Compile(schema).Errors(object)
  if (error) throw new Error(`${object.kind}${error.instancePath} ${error.message}`)
}
