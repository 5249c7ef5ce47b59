export { kubeContexts } from '../actuation/adapters/kube-contexts.ts'
