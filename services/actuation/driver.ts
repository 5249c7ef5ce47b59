import type {
  ApplyContext,
  Capabilities,
  Desired,
  DesiredField,
  Observed,
  Receipt,
  TargetRef,
} from './port.ts'

/** An observation together with the far side's own objects it was drawn from. */
export interface Sighting<Raw> {
  readonly seen: Observed
  readonly raw: Raw
}

export interface Written {
  readonly mode: Receipt['mode']
  readonly warnings: readonly string[]
  /** The target's version after the write, where the answer tells it: spares another read. */
  readonly version?: string
}

/**
 * The part of a backend that differs by vendor. Everything they share (fences, preconditions,
 * no-ops, dry runs, receipts, waiting) is in `guardedBackend`, once.
 *
 * Writes are decided on one sighting and made on condition of exactly that sighting, wherever the
 * far side can check it: nothing is read a second time in between.
 */
export interface BackendDriver<Raw = undefined> {
  readonly type: string
  readonly supports: readonly DesiredField[]
  readonly dryRun: Capabilities['dryRun']
  probe(target: TargetRef, abort?: AbortSignal): Promise<Capabilities>
  read(target: TargetRef, abort?: AbortSignal): Promise<Sighting<Raw>>
  /**
   * How to read these for one look, asking once for what several of them need; absent where the far
   * side can only be asked about each by itself.
   */
  together?(targets: readonly TargetRef[]): Pick<BackendDriver<Raw>, 'read'>
  /** Makes `desired` so. With `context.dryRun` (server dry run only) it must not persist. */
  write(
    target: TargetRef,
    desired: Desired,
    sighting: Sighting<Raw>,
    context: ApplyContext,
  ): Promise<Written>
  /** `before` is the image from ahead of our first write, if it is remembered. */
  release(
    target: TargetRef,
    before: Desired | undefined,
    sighting: Sighting<Raw>,
    context: ApplyContext,
  ): Promise<void>
}
