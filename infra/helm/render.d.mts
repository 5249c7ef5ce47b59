export function values(given?: object): Record<string, unknown>
export function renderChart(given?: object, service?: string): Promise<Record<string, string>>
export function objectsOf(texts: Record<string, string>): KubernetesObject[]
export function kustomizeBase(): Promise<string>

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly rules?: readonly unknown[]
  readonly spec?: unknown
}
