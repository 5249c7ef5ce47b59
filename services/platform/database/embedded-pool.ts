import { EventEmitter } from 'node:events'
import type { PGlite } from '@electric-sql/pglite'
import type { Pool, PoolClient, QueryAnswer } from './database.ts'

type Leave = () => void
const NOTHING: QueryAnswer<never> = { rows: [], rowCount: 0 }
const ignore = () => undefined

const LISTEN = /^LISTEN\s+"?([^";\s]+)"?\s*;?$/i
const UNLISTEN = /^UNLISTEN\s+"?([^";\s]+)"?\s*;?$/i
const OPENS = /^(BEGIN|START\s+TRANSACTION)\b/i
const CLOSES = /^(COMMIT|ROLLBACK|END|ABORT)\b(?!\s+TO\b)/i
const withoutComments = (text: string) => text.replace(/^[ \t]*--.*$/gm, '').trim()

/** Lets one in at a time, in the order of arrival. */
class Turnstile {
  private last: Promise<void> = Promise.resolve()

  async enter(): Promise<Leave> {
    const before = this.last
    let leave: Leave = ignore
    this.last = new Promise((resolve) => {
      leave = resolve
    })
    await before
    return leave
  }
}

/** One of many seeming connections to a database that has but one. */
class EmbeddedClient extends EventEmitter implements PoolClient {
  private readonly db: PGlite
  private readonly turnstile: Turnstile
  private readonly subscriptions = new Map<string, () => Promise<void>>()
  /** Kept from BEGIN to COMMIT, so that nobody else's statement lands in our transaction. */
  private leave: Leave | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(db: PGlite, turnstile: Turnstile) {
    super()
    this.db = db
    this.turnstile = turnstile
  }

  query<Row>(text: string, params?: readonly unknown[]): Promise<QueryAnswer<Row>> {
    return this.inTurn(async () => {
      const statement = withoutComments(text)
      const held = this.leave !== undefined
      this.leave ??= await this.turnstile.enter()
      try {
        return await this.perform<Row>(statement, text, params)
      } finally {
        const open = OPENS.test(statement) || (held && !CLOSES.test(statement))
        if (!open) this.giveWay()
      }
    })
  }

  release(): void {
    const finish = async () => {
      if (this.leave) await this.db.exec('ROLLBACK').catch(ignore)
      this.giveWay()
      for (const channel of this.subscriptions.keys()) await this.unsubscribe(channel)
    }
    void this.inTurn(finish).catch(ignore)
    this.removeAllListeners()
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work)
    this.last = turn.catch(ignore)
    return turn
  }

  private giveWay(): void {
    this.leave?.()
    this.leave = undefined
  }

  private async perform<Row>(
    statement: string,
    text: string,
    params: readonly unknown[] | undefined,
  ): Promise<QueryAnswer<Row>> {
    const listen = LISTEN.exec(statement)?.[1]
    if (listen) return this.subscribe(listen)
    const unlisten = UNLISTEN.exec(statement)?.[1]
    if (unlisten) return this.unsubscribe(unlisten)
    const answer = params?.length
      ? await this.db.query<Row>(text, [...params])
      : (await this.db.exec(text)).at(-1)
    if (!answer) return NOTHING
    return { rows: answer.rows as Row[], rowCount: answer.affectedRows || answer.rows.length }
  }

  private async subscribe(channel: string): Promise<QueryAnswer<never>> {
    if (!this.subscriptions.has(channel)) {
      const forward = (payload: string) => this.emit('notification', { channel, payload })
      this.subscriptions.set(channel, await this.db.listen(channel, forward))
    }
    return NOTHING
  }

  private async unsubscribe(channel: string): Promise<QueryAnswer<never>> {
    const stop = this.subscriptions.get(channel)
    this.subscriptions.delete(channel)
    await stop?.()
    return NOTHING
  }
}

/** A `pg.Pool` whose connections share the one of an in-process PGlite, one transaction at a time. */
export class EmbeddedPool extends EventEmitter implements Pool {
  /** BullMQ looks here: a connection inside this process cannot drop unnoticed. */
  readonly options = { keepAlive: true }
  private readonly db: PGlite
  private readonly turnstile = new Turnstile()

  constructor(db: PGlite) {
    super()
    this.setMaxListeners(0)
    this.db = db
  }

  async query<Row>(text: string, params?: readonly unknown[]): Promise<QueryAnswer<Row>> {
    return new EmbeddedClient(this.db, this.turnstile).query<Row>(text, params)
  }

  async connect(): Promise<PoolClient> {
    return new EmbeddedClient(this.db, this.turnstile)
  }

  /** Waits for what is running; the database itself belongs to whoever opened it. */
  async end(): Promise<void> {
    const leave = await this.turnstile.enter()
    leave()
  }
}
