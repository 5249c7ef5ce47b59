import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  ApplyContext,
  Desired,
  InferenceBackend,
  TargetRef,
} from '../../services/actuation/index.ts'
import { InvalidInput } from '../../services/domain/errors.ts'

/** A backend in front of a world that the suite can look into behind its back. */
export interface BackendHarness {
  readonly backend: InferenceBackend
  readonly target: TargetRef
  /** Two states that differ from each other and from the initial one. */
  readonly first: Desired
  readonly second: Desired
  /** A field the backend must refuse; absent where it can do everything. */
  readonly unsupported?: Desired
  /** Everything about the world that a write could change, comparable with `toEqual`. */
  snapshot(): unknown
  /** Requests so far that could have changed something. */
  writes(): number
  /** The world makes itself what it was told: pods become ready, caps take hold. */
  arrive(): void | Promise<void>
  /**
   * The far side left to itself with what it was told last, its autoscaler (if it has one) wishing
   * for so many: replicas that it runs then. Undefined where the target has none.
   */
  alone(wish: number): number | undefined
  /** Somebody pauses the target by hand, where the backend can know. */
  pause?(): void
  /** Nothing answers any more; absent where nothing outside is asked. */
  goDown?(): Promise<void>
  close(): Promise<void>
}

export const contextOf = (over: Partial<ApplyContext> = {}): ApplyContext => ({
  idempotencyKey: 'plan-7/step-1',
  fence: 7,
  planVersion: '7',
  onForeignOwner: 'bounds',
  ...over,
})

const WISHES = [0, 1, 2, 5, 3, 1_000, 6, 0]

/** Every promise of `InferenceBackend`, on any adapter. */
export function describeInferenceBackend(name: string, make: () => Promise<BackendHarness>): void {
  describe(`${name} keeps the promises of a backend`, () => {
    let world: BackendHarness
    beforeEach(async () => {
      world = await make()
    })
    afterEach(() => world.close())

    it('says what it can do, and lacks nothing', async () => {
      const { supports, missing } = await world.backend.probe(world.target)
      expect(supports).toEqual(expect.arrayContaining(Object.keys(world.first)))
      expect(missing).toEqual([])
      expect(world.writes()).toBe(0)
    })

    it('makes the desired state so, and says what was before', async () => {
      const { backend, target, first } = world
      const before = await backend.observe(target)
      const receipt = await backend.apply(target, first, contextOf())
      expect(receipt).toMatchObject({ targetId: target.id, effect: 'accepted', after: first })
      for (const field of Object.keys(receipt.before) as (keyof Desired)[]) {
        expect(receipt.before[field]).toEqual(before.desired[field])
      }
      expect((await backend.observe(target)).desired).toMatchObject(first)
    })

    it('writes nothing when nothing differs', async () => {
      const { backend, target, first } = world
      await backend.apply(target, first, contextOf())
      const writes = world.writes()
      const again = await backend.apply(target, first, contextOf())
      expect(again.effect).toBe('noop')
      expect(world.writes()).toBe(writes)
    })

    it('rolls back by applying the before-image', async () => {
      const { backend, target, first, second } = world
      await backend.apply(target, first, contextOf())
      const receipt = await backend.apply(target, second, contextOf({ idempotencyKey: 'b' }))
      await backend.apply(target, receipt.before, contextOf({ idempotencyKey: 'c' }))
      expect((await backend.observe(target)).desired).toMatchObject(first)
    })

    it('changes nothing in a dry run', async () => {
      const { backend, target, first } = world
      const before = world.snapshot()
      const receipt = await backend.apply(target, first, contextOf({ dryRun: true }))
      expect(receipt).toMatchObject({ effect: 'would-accept', after: first })
      expect(world.snapshot()).toEqual(before)
      await backend.release(target, contextOf({ dryRun: true }))
      expect(world.snapshot()).toEqual(before)
    })

    it('refuses a decision made on an older version', async () => {
      const { backend, target, first, second } = world
      const { version } = await backend.observe(target)
      await backend.apply(target, first, contextOf({ ifVersion: version }))
      const before = world.snapshot()
      await expect(
        backend.apply(target, second, contextOf({ ifVersion: version })),
      ).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
      expect(world.snapshot()).toEqual(before)
    })

    it('refuses an older planner, also after a release', async () => {
      const { backend, target, first, second } = world
      await backend.apply(target, first, contextOf({ fence: 8 }))
      const before = world.snapshot()
      const late = contextOf({ fence: 7, idempotencyKey: 'late' })
      await expect(backend.apply(target, second, late)).rejects.toMatchObject({ code: 'FENCED' })
      await expect(backend.release(target, late)).rejects.toMatchObject({ code: 'FENCED' })
      expect(world.snapshot()).toEqual(before)
      await backend.release(target, contextOf({ fence: 9 }))
      await expect(backend.apply(target, second, late)).rejects.toMatchObject({ code: 'FENCED' })
    })

    it('refuses nonsense and what it cannot do, before any write', async () => {
      const { backend, target, unsupported } = world
      await expect(backend.apply(target, {}, contextOf())).rejects.toBeInstanceOf(InvalidInput)
      const upsideDown = { replicas: { min: 2, max: 1 } }
      await expect(backend.apply(target, upsideDown, contextOf())).rejects.toBeInstanceOf(
        InvalidInput,
      )
      if (unsupported) {
        await expect(backend.apply(target, unsupported, contextOf())).rejects.toMatchObject({
          code: 'UNSUPPORTED',
        })
      }
      expect(world.writes()).toBe(0)
    })

    it('waits until the far side has arrived, or the deadline', async () => {
      const { backend, target, first } = world
      const receipt = await backend.apply(target, first, contextOf())
      await world.arrive()
      const there = await backend.settle(target, receipt, Date.now() + 2_000)
      expect(there).toMatchObject({ settled: true, desired: first })
      const elsewhere = { ...receipt, after: world.second }
      const late = await backend.settle(target, elsewhere, Date.now() + 20)
      expect(late.settled).toBe(false)
    })

    it('hands back what it found', async () => {
      const { backend, target, first, second } = world
      await backend.apply(target, first, contextOf())
      await backend.apply(target, second, contextOf({ idempotencyKey: 'b' }))
      await backend.release(target, contextOf())
      // Whoever owns it now may be asked again from the start.
      await backend.apply(target, first, contextOf({ idempotencyKey: 'c' }))
      expect((await backend.observe(target)).desired).toMatchObject(first)
    })

    it('leaves behind what it was told, whatever an autoscaler wishes, with us dead for ever', async () => {
      const { backend, target, first } = world
      await backend.apply(target, first, contextOf())
      await world.arrive()
      const left = world.snapshot()
      // From here on nobody of us asks or tells anything: the rest is the far side's doing.
      for (const wish of WISHES) expect(world.alone(wish)).toBe(first.replicas?.min)
      expect(world.snapshot()).toEqual(left)
    })

    it('leaves an autoscaler, where it has one, room to grow alone, and never below the plan', async () => {
      const { backend, target, first } = world
      if (!(await backend.observe(target)).elastic) return
      const { min } = first.replicas!
      const band = { replicas: { min, max: min + 5 } }
      await backend.apply(target, band, contextOf())
      await world.arrive()
      for (const wish of WISHES) {
        expect(world.alone(wish)).toBe(Math.max(min, Math.min(min + 5, wish)))
      }
      expect((await backend.observe(target)).desired).toMatchObject(band)
    })

    it('stops before writing when aborted', async () => {
      const { backend, target, first } = world
      const abort = AbortSignal.abort(new Error('shutting down'))
      await expect(backend.apply(target, first, contextOf({ abort }))).rejects.toThrow()
      expect(world.writes()).toBe(0)
    })

    it('honours a pause at the target', async () => {
      if (!world.pause) return
      world.pause()
      expect((await world.backend.observe(world.target)).paused).toBe(true)
      await expect(
        world.backend.apply(world.target, world.first, contextOf()),
      ).rejects.toMatchObject({ code: 'FORBIDDEN' })
      expect(world.writes()).toBe(0)
    })

    it('says that a dead far side may come back', async () => {
      if (!world.goDown) return
      await world.goDown()
      await expect(world.backend.observe(world.target)).rejects.toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        retryable: true,
      })
    })
  })
}
