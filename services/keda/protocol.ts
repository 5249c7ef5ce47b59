import { loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'

type Field = readonly [type: string, id: number, rule?: 'repeated']

const message = (fields: Readonly<Record<string, Field>>) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [type, id, rule]]) => [
      name,
      { type, id, ...(rule && { rule }) },
    ]),
  ),
})

/**
 * KEDA's external scaler as data: message and field names, types and numbers of
 * `externalscaler.proto` (KEDA 2.20). `StreamMetricSpec` is left out: what a metric means never
 * changes here, and KEDA takes "not implemented" as exactly that.
 */
const SERVICE = {
  ExternalScaler: {
    methods: {
      IsActive: { requestType: 'ScaledObjectRef', responseType: 'IsActiveResponse' },
      StreamIsActive: {
        requestType: 'ScaledObjectRef',
        responseType: 'IsActiveResponse',
        responseStream: true,
      },
      GetMetricSpec: { requestType: 'ScaledObjectRef', responseType: 'GetMetricSpecResponse' },
      GetMetrics: { requestType: 'GetMetricsRequest', responseType: 'GetMetricsResponse' },
    },
  },
  ScaledObjectRef: {
    fields: {
      name: { type: 'string', id: 1 },
      namespace: { type: 'string', id: 2 },
      scalerMetadata: { keyType: 'string', type: 'string', id: 3 },
    },
  },
  IsActiveResponse: message({ result: ['bool', 1] }),
  GetMetricSpecResponse: message({ metricSpecs: ['MetricSpec', 1, 'repeated'] }),
  MetricSpec: message({
    metricName: ['string', 1],
    targetSize: ['int64', 2],
    targetSizeFloat: ['double', 3],
  }),
  GetMetricsRequest: message({
    scaledObjectRef: ['ScaledObjectRef', 1],
    metricName: ['string', 2],
  }),
  GetMetricsResponse: message({ metricValues: ['MetricValue', 1, 'repeated'] }),
  MetricValue: message({
    metricName: ['string', 1],
    metricValue: ['int64', 2],
    metricValueFloat: ['double', 3],
  }),
}

/** What KEDA tells of the ScaledObject that asks; `scalerMetadata` is the trigger's own metadata. */
export interface ScaledObjectRef {
  readonly name: string
  readonly namespace: string
  readonly scalerMetadata: Readonly<Record<string, string>>
}

const loaded = loadPackageDefinition(
  fromJSON({ nested: { externalscaler: { nested: SERVICE } } } as never, {
    longs: Number,
    defaults: true,
  }),
) as unknown as { externalscaler: { ExternalScaler: { readonly service: ServiceDefinition } } }

/** The service as gRPC servers want it described. */
export const externalScalerService = loaded.externalscaler.ExternalScaler.service
