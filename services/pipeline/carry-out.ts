import type { AuditLog, Command, InferenceBackend, Receipt } from '../actuation/index.ts'
import { AppError } from '../domain/errors.ts'
import type { Fleet } from '../fleet/index.ts'
import type { NewEvent } from '../notification/index.ts'

export interface CarryOutPorts {
  backend(id: string): InferenceBackend
  readonly audit: AuditLog
  tell(events: readonly NewEvent[]): Promise<void>
  /** Words on why nothing may be told now, by anybody's switch; undefined where all is well. */
  stopped(): Promise<string | undefined>
  nowMs(): number
  readonly actor: string
}

/**
 * Tells one target what a command says, and writes down what came of it. What may pass by itself is
 * tried again at the next look; only the rest needs a person, who is told.
 *
 * @param version of the plan, which fences off whoever acts for an older one
 * @returns undefined where it was refused, or somebody said stop a moment ago
 */
export async function carryOut(
  ports: CarryOutPorts,
  version: number,
  command: Command,
  fleet: Fleet,
  abort?: AbortSignal,
): Promise<Receipt | undefined> {
  if ((await ports.stopped()) !== undefined) return undefined
  const { target, desired, ifVersion, reason, toReplicas } = command
  const planVersion = String(version)
  // The state it starts from is part of the key: going back to a count later is another command.
  const idempotencyKey = `${version}/${target.id}/${toReplicas ?? 'cap'}@${ifVersion}`
  const entry = {
    actor: ports.actor,
    targetId: target.id,
    planVersion,
    idempotencyKey,
    fence: version,
    reason,
    after: desired,
  }
  try {
    const receipt = await ports.backend(target.backend).apply(target, desired, {
      idempotencyKey,
      fence: version,
      planVersion,
      ifVersion,
      onForeignOwner: onForeignOwner(fleet, target.backend),
      abort,
    })
    const detail = receipt.warnings.join('; ')
    await ports.audit.append({
      ...entry,
      atMs: ports.nowMs(),
      before: receipt.before,
      result: receipt.effect,
      ...(detail && { detail }),
    })
    return receipt
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const detail = `${error.code}: ${error.message}`
    await ports.audit.append({ ...entry, atMs: ports.nowMs(), result: 'failed', detail })
    if (!error.retryable) await ports.tell([failure(version, command, detail, ports.nowMs())])
    return undefined
  }
}

/** How the fleet file has somebody else's autoscaler treated. */
export const onForeignOwner = ({ backends }: Fleet, id: string): 'fail' | 'bounds' | 'force' => {
  const backend = backends.find((one) => one.id === id)
  return backend?.kind === 'kubernetes' ? backend.onForeignOwner : 'fail'
}

const failure = (
  version: number,
  { target, desired, reason }: Command,
  detail: string,
  occurredAtMs: number,
): NewEvent => ({
  type: 'action.failed',
  subject: `region/${target.region}`,
  key: `${version}/${target.id}`,
  occurredAtMs,
  data: { version, target: target.id, backend: target.backend, desired, reason, detail },
})
