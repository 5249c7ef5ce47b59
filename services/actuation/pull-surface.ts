/** What the plan wants of one target at this moment, for those who come and ask. */
export interface WantedTarget {
  readonly targetId: string
  readonly namespace: string
  /** Name of the Deployment, as the asker knows it. */
  readonly name: string
  readonly model: string
  readonly gpu: string
  readonly replicas: number
  readonly currentReplicas?: number
}

/**
 * Prometheus text with the metric names of llm-d's autoscaler. The ratio is left out where the
 * current count is unknown or 0.
 */
export function wvaMetrics(targets: readonly WantedTarget[]): string {
  const labels = ({ name, namespace, gpu }: WantedTarget) =>
    labelText({ variant_name: name, namespace, accelerator_type: gpu })
  const current = targets.filter((one) => one.currentReplicas !== undefined)
  return [
    ...gauge(
      'wva_desired_replicas',
      'Replicas the plan wants.',
      targets,
      labels,
      (one) => one.replicas,
    ),
    ...gauge(
      'wva_current_replicas',
      'Replicas there are.',
      current,
      labels,
      (one) => one.currentReplicas!,
    ),
    ...gauge(
      'wva_desired_ratio',
      'Wanted over current replicas.',
      current.filter((one) => one.currentReplicas! > 0),
      labels,
      (one) => one.replicas / one.currentReplicas!,
    ),
    '',
  ].join('\n')
}

/** One deployment's count as AIBrix's autoscaler reads it from its GPU optimizer. */
export const aibrixMetric = ({ model, replicas }: WantedTarget): string =>
  `vllm:deployment_replicas${labelText({ model_name: model })} ${replicas}\n`

function gauge(
  name: string,
  help: string,
  targets: readonly WantedTarget[],
  labels: (target: WantedTarget) => string,
  value: (target: WantedTarget) => number,
): readonly string[] {
  const lines = targets.map((target) => `${name}${labels(target)} ${value(target)}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines]
}

const labelText = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`
