import { kubernetesApi } from '../../services/actuation/adapters/kubernetes-api.ts'
import { axiosHttp } from '../../services/platform/http.ts'
import { type FakeKubernetesOptions, fakeKubernetes } from '../actuation/fake-kubernetes.ts'

/** An API server on loopback, and our client in front of it. */
export async function kubernetesWorld(options: FakeKubernetesOptions) {
  const server = await fakeKubernetes(options)
  const http = axiosHttp()
  return { ...server, api: kubernetesApi(async () => ({ server: server.url, headers: {}, http })) }
}

/** Marks as annotations. */
export const annotated = (marks: object = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(marks).map(([name, text]) => [`gridtide.dev/${name}`, String(text)]),
  )

/** One container with so many GPUs. */
export const podWith = (gpus: number) => ({
  spec: {
    restartPolicy: 'Never',
    containers: [
      {
        name: 'train',
        image: 'train:1',
        resources: { limits: { 'nvidia.com/gpu': String(gpus) } },
      },
    ],
  },
})
