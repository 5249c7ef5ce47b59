import { type handleUnaryCall, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { AppError, NotFound } from '../domain/errors.ts'

/** A gRPC method out of a function that resolves to its answer. */
export const unary =
  <Asked, Answer>(answer: (asked: Asked) => Promise<Answer>): handleUnaryCall<Asked, Answer> =>
  (call, reply) => {
    answer(call.request).then(
      (value) => reply(null, value),
      (error: unknown) => reply(grpcError(error)),
    )
  }

/** What callers may know: our own errors in words, anything else by its kind alone. */
export function grpcError(error: unknown): ServiceError {
  const known = error instanceof AppError
  const code =
    error instanceof NotFound ? status.NOT_FOUND : known ? status.UNAVAILABLE : status.INTERNAL
  const details = known ? error.message : 'something went wrong here'
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() })
}
