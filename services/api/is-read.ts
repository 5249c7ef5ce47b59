import type { RouteOptions } from 'fastify'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a route changes nothing, by whatever method it is called. */
export const isRead = ({ method }: Pick<RouteOptions, 'method'>): boolean =>
  [method].flat().every((one) => READS.has(one))
