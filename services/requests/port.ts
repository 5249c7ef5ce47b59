/** Where requests of a batch may go, as OpenAI names them. */
export const ENDPOINTS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
] as const
export type EndpointPath = (typeof ENDPOINTS)[number]

export type FilePurpose = 'batch' | 'batch_output'

/** A file that is whole. */
export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly purpose: FilePurpose
  readonly bytes: number
  readonly createdAtMs: number
  readonly expiresAtMs: number
}
export type NewFile = Omit<StoredFile, 'bytes' | 'expiresAtMs'>

/** One page of a list. `after` is an id of the page before. */
export interface ListPage {
  readonly limit: number
  readonly after?: string
  readonly order?: 'asc' | 'desc'
}

/** Files of one tenant. Every method throws `UpstreamUnavailable` where the store is away. */
export interface FileStore {
  /**
   * Keeps a file as it comes; nobody sees it before its end. Whatever was begun under its id before
   * is written over. If the content breaks off, nothing is kept.
   *
   * @param expiresAtMs asked once the content is whole; where it rejects nothing is kept
   * @param onceId names the request: where it has kept a file before, that one is the answer
   */
  write(
    file: NewFile,
    content: AsyncIterable<Uint8Array>,
    expiresAtMs: () => Promise<number>,
    onceId?: string,
  ): Promise<StoredFile>
  get(id: string): Promise<StoredFile | undefined>
  list(page: ListPage & { readonly purpose?: FilePurpose }): Promise<readonly StoredFile[]>
  /** The bytes of a file that is there, in chunks: all, or `bytes` of them from `atByte` on. */
  read(
    id: string,
    range?: { readonly atByte: number; readonly bytes: number },
  ): AsyncIterable<Uint8Array>
  /** @returns false where it is not there */
  remove(id: string): Promise<boolean>
  /** Bytes of all files together. */
  totalBytes(): Promise<number>
  /** Drops files that have expired, and those begun long ago and never ended. @returns how many */
  forget(nowMs: number): Promise<number>
}

export type BatchStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled'

/** What was asked for, word for word. */
export interface BatchAsk {
  readonly inputFile: string
  readonly endpoint: EndpointPath
  readonly completionWindow: string
  readonly metadata?: Readonly<Record<string, string>>
  /** How long its output is kept. */
  readonly outputLivesSeconds?: number
}

/** Why a batch was not begun. */
export interface BatchIssue {
  readonly code: string
  readonly message: string
  /** Line of the input, from 1. */
  readonly line?: number
  readonly param?: string
}

export interface RequestBatch {
  readonly id: string
  readonly status: BatchStatus
  readonly ask: BatchAsk
  /** Known once its file was read. */
  readonly model?: string
  readonly createdAtMs: number
  readonly deadlineAtMs: number
  /** When it came to each status. */
  readonly times: Readonly<Partial<Record<BatchStatus, number>>>
  readonly errors: readonly BatchIssue[]
  readonly outputFile?: string
  readonly errorFile?: string
}

export interface RequestCounts {
  readonly total: number
  readonly completed: number
  readonly failed: number
}

/** A request of a file: where it is, and what it is expected to make. */
export interface RequestLine {
  /** From 1. */
  readonly number: number
  readonly customId: string
  readonly atByte: number
  readonly bytes: number
  /** Output tokens. */
  readonly tokens: number
}

/** One try at a line, held by one process. */
export interface HeldLine extends RequestLine {
  readonly batch: string
  /** Grows with every claim; fences. */
  readonly attempt: number
  /** Tries that failed before this one. */
  readonly tries: number
}
export type LineKey = Pick<HeldLine, 'batch' | 'number' | 'attempt'>

/** What came of a line, as its file says it: without ids. */
export interface LineResult {
  readonly response: {
    readonly status_code: number
    readonly request_id: string
    readonly body: unknown
  } | null
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface SettledLine {
  readonly number: number
  readonly customId: string
  readonly result: LineResult
}

export type BatchChange = Partial<
  Pick<RequestBatch, 'model' | 'errors' | 'outputFile' | 'errorFile'>
>

/** Batches of one tenant. Every method throws `UpstreamUnavailable` where the store is away. */
export interface RequestBatchStore {
  /** One that is there already is left as it is. */
  add(batch: RequestBatch): Promise<void>
  get(id: string): Promise<RequestBatch | undefined>
  /** Newest first. */
  list(page: ListPage): Promise<readonly RequestBatch[]>
  /** All that have not ended, oldest first. */
  open(): Promise<readonly RequestBatch[]>
  counts(ids: readonly string[]): Promise<ReadonlyMap<string, RequestCounts>>
  /** Takes the batch for work that one process does at a time, or keeps it. @returns whether it has it */
  hold(id: string, holder: string, leaseMs: number): Promise<boolean>
  /** Lets others have it, where the holder still has it. */
  letGo(id: string, holder: string): Promise<void>
  /** Moves it on, if it is `from`. @returns whether it was */
  move(
    id: string,
    from: BatchStatus,
    to: BatchStatus,
    atMs: number,
    change?: BatchChange,
  ): Promise<boolean>
  /** Replaces all lines of a batch that is being read. */
  setLines(id: string, lines: AsyncIterable<RequestLine>): Promise<void>
  /**
   * Takes open lines that nobody holds, in order, so that at most `atOnce` are held by anybody. The
   * database's own clock decides, so that skewed hosts agree.
   */
  claim(
    id: string,
    ask: {
      readonly holder: string
      readonly atOnce: number
      readonly leaseMs: number
      readonly nowMs: number
    },
  ): Promise<readonly HeldLine[]>
  /** Holds on to all lines of a holder. @returns those it still has */
  keepHold(holder: string, leaseMs: number): Promise<readonly LineKey[]>
  /** Writes the one result of a line. @returns false where it is settled, or another attempt has it */
  settle(line: LineKey, state: 'completed' | 'failed', result: LineResult): Promise<boolean>
  /** Gives a line back, to be tried again not before an instant. */
  release(
    line: LineKey,
    again: { readonly notBeforeMs: number; readonly failed: boolean },
  ): Promise<void>
  /** Settles whatever is open as failed; attempts under way are fenced off. */
  settleOpen(id: string, error: NonNullable<LineResult['error']>): Promise<void>
  /** Open lines and the tokens they are expected to make. */
  left(id: string): Promise<{ readonly lines: number; readonly tokens: number }>
  /** Settled lines of one kind, in order, after a number. */
  settled(
    id: string,
    state: 'completed' | 'failed',
    after: number,
    limit: number,
  ): Promise<readonly SettledLine[]>
  /** Whether one that has not ended needs this file. */
  reads(file: string): Promise<boolean>
  /** Drops batches that ended and were created before an instant. @returns how many */
  forget(beforeMs: number): Promise<number>
}

/** The answer of a model server to one request. */
export interface ModelAnswer {
  readonly status: number
  readonly requestId: string
  readonly body: unknown
}

/** A server of one model that speaks OpenAI's API. */
export interface ModelEndpoint {
  readonly id: string
  readonly model: string
  /** Undefined serves every region. */
  readonly region?: string
  /** Requests at once for each GPU that the plan gives. */
  readonly requestsPerGpu: number
  readonly mostReplicas: number
  /**
   * @throws UpstreamUnavailable where it may answer later; UpstreamMalformed where it makes no sense
   */
  ask(
    path: EndpointPath,
    body: Readonly<Record<string, unknown>>,
    abort: AbortSignal,
  ): Promise<ModelAnswer>
}
