import type { ServerWritableStream } from '@grpc/grpc-js'
import { grpcError } from './answer.ts'

/**
 * Tells of the state at once and of every change after it, for scalers of type `external-push`,
 * until the caller hangs up or an answer fails; then KEDA calls again.
 */
export function watching<Asked, Answer>(
  call: ServerWritableStream<Asked, Answer>,
  answer: () => Promise<Answer>,
  pollMs: number,
): void {
  let told: string | undefined
  let timer: NodeJS.Timeout | undefined
  let over = false
  const stop = () => {
    over = true
    clearTimeout(timer)
  }
  const look = async () => {
    try {
      const value = await answer()
      if (over) return
      const text = JSON.stringify(value)
      if (text !== told) call.write(value)
      told = text
      timer = setTimeout(look, pollMs)
    } catch (error) {
      // Not `destroy`: that leaves the caller waiting for a status.
      if (!over) call.emit('error', grpcError(error))
    }
  }
  call.on('close', stop)
  call.on('cancelled', stop)
  void look()
}
