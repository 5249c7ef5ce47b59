export { type ScalerTls, scalerCredentials } from './credentials.ts'
export {
  type ExternalScalerPorts,
  type RunningScaler,
  serveExternalScaler,
} from './external-scaler.ts'
