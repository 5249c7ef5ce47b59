import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { buildDashboard } from '../../infra/bootstrap/build-dashboard.mjs'
import { strings } from '../../services/dashboard/src/strings.ts'
import { memoryBatch } from '../api/memory-batch.ts'
import { aPlan, type MemoryTenant, memoryPorts } from '../api/memory-ports.ts'
import { describeInBrowser, openBrowser } from './browser.ts'
import { expectAccessible, type Visit, visit } from './look-at.ts'
import { type ServedPage, servePage } from './serve-page.ts'

/** A busy machine draws slowly; what is waited for is never a time. */
const DRAWING_MS = 120_000
const HOUR_MS = 3_600_000

describeInBrowser('what people do on the dashboard', () => {
  vi.setConfig({ testTimeout: DRAWING_MS })
  let browser: Browser
  let tenant: MemoryTenant
  let served: ServedPage | undefined
  let open: Visit | undefined

  beforeAll(async () => {
    buildDashboard()
    browser = await openBrowser()
  }, DRAWING_MS)
  afterAll(() => browser?.close())
  afterEach(async () => {
    const complaints = open?.complaints ?? []
    await open?.close()
    await served?.app.close()
    open = served = undefined
    expect(complaints).toEqual([])
  })

  async function show(path: string, prepare: (tenant: MemoryTenant) => unknown): Promise<Page> {
    const ports = memoryPorts()
    tenant = ports.tenants.get('default')!
    await prepare(tenant)
    served = await servePage(ports)
    open = await visit(browser, `${served.url}/#${path}`)
    return open.page
  }

  async function withJobs(to: MemoryTenant): Promise<void> {
    const nowMs = Date.now()
    const batch = memoryBatch(nowMs)
    const jobs = [
      { id: 'night', gpuHours: 6, gpus: [1], deadlineMs: nowMs + 24 * HOUR_MS },
      { id: 'soon', gpuHours: 2, gpus: [1], deadlineMs: nowMs + 8 * HOUR_MS },
    ]
    for await (const { status } of batch.submit(jobs)) expect(status).toBe('feasible')
    Object.assign(to, { batch })
  }

  const deadlineOf = async (handle: Locator) => Number(await handle.getAttribute('aria-valuenow'))

  it('moves a deadline by keyboard and says whether it could be kept, changing nothing', async () => {
    const page = await show('/batch', withJobs)
    const handle = page.getByRole('slider', { name: strings.batch.deadlineOf('night') })
    await handle.waitFor()
    const before = await deadlineOf(handle)
    await handle.press('ArrowLeft')
    expect(await deadlineOf(handle)).toBe(before - HOUR_MS)
    await page.getByText(strings.batch.promised, { exact: true }).waitFor()
    for (let presses = 0; presses < 3; presses++) await handle.press('PageDown')
    await page.getByText(strings.batch.notPromised).waitFor()
    await expectAccessible(page, 'a deadline that cannot be kept')
    await handle.press('Escape')
    expect(await deadlineOf(handle)).toBe(before)
    const { job } = (await tenant.batch.get('night'))!
    expect(job.deadline.atMs).toBe(before)
  })

  it('moves a deadline by dragging its flag', async () => {
    const page = await show('/batch', withJobs)
    const handle = page.getByRole('slider', { name: strings.batch.deadlineOf('soon') })
    await handle.waitFor()
    await handle.scrollIntoViewIfNeeded()
    const before = await deadlineOf(handle)
    const box = (await handle.boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 150, y, { steps: 4 })
    await page.mouse.up()
    expect(await deadlineOf(handle)).toBeGreaterThan(before + HOUR_MS)
    await page.getByText(strings.batch.promised, { exact: true }).waitFor()
    await page.getByRole('button', { name: strings.batch.giveUp }).click()
    expect(await deadlineOf(handle)).toBe(before)
  })

  it('hands in a job, hears what forbids another, and calls one off', async () => {
    const page = await show('/batch', (to) => Object.assign(to, { batch: memoryBatch(Date.now()) }))
    const { batch } = strings
    await page.getByText(batch.none).waitFor()
    await page.getByLabel(batch.fields.id).fill('mine')
    await page.getByRole('button', { name: batch.submit, exact: true }).click()
    await page.getByText(batch.promised, { exact: true }).waitFor()
    await page.getByRole('slider', { name: batch.deadlineOf('mine') }).waitFor()

    await page.getByLabel(batch.fields.id).fill('huge')
    await page.getByLabel(batch.fields.gpuHours, { exact: true }).fill('200')
    await page.getByRole('button', { name: batch.submit, exact: true }).click()
    await page.getByText(batch.notPromised).waitFor()
    await page.getByRole('button', { name: batch.takeEarliest }).click()
    await page.getByRole('button', { name: batch.submit, exact: true }).click()
    await page.getByRole('slider', { name: batch.deadlineOf('huge') }).waitFor()

    await page.getByRole('button', { name: batch.cancel('mine') }).click()
    await page.getByText(batch.cancelled('mine')).waitFor()
    expect((await tenant.batch.get('mine'))!.state).toBe('cancelled')
    await page.getByRole('button', { name: batch.cancel('mine') }).waitFor({ state: 'detached' })
  })

  it.each(['approve', 'reject'] as const)('lets somebody %s a plan that waits', async (verb) => {
    const page = await show('/why', ({ stored }) => {
      stored.push(aPlan(1), { ...aPlan(2, 3), approval: 'pending' })
    })
    const { decide } = strings
    await page.getByText(decide.pending).waitFor()
    await page.getByLabel(decide.words).fill('seen by hand')
    await page.getByRole('button', { name: decide[verb], exact: true }).click()
    await page
      .getByText(decide.decided(`${verb === 'approve' ? 'approved' : 'rejected'}`, 'local'))
      .waitFor()
    expect(tenant.stored.at(-1)).toMatchObject({ version: 2, decided: { words: 'seen by hand' } })
    await page
      .getByRole('button', { name: decide[verb], exact: true })
      .waitFor({ state: 'detached' })
  })

  it('puts an earlier plan in force again', async () => {
    const page = await show('/why', ({ stored }) => stored.push(aPlan(1), aPlan(2, 3)))
    await page.getByLabel(strings.why.plan, { exact: true }).selectOption('1')
    await page.getByRole('button', { name: strings.decide.rollback }).click()
    await page.getByText(strings.doing.done, { exact: true }).waitFor()
    expect(tenant.stored.at(-1)).toMatchObject({ version: 3, approval: 'approved' })
  })

  it('shows runs against what is predicted, and the fit move when runs are uploaded', async () => {
    let uploads = 0
    const page = await show('/models', (to) => {
      const { fitOf } = to
      const { upload } = to.runs
      Object.assign(to.runs, {
        upload: (...asked: Parameters<typeof upload>) => {
          uploads++
          return upload(...asked)
        },
      })
      Object.assign(to, {
        fitOf: async (id: string) => {
          const fit = await fitOf(id)
          const [first] = fit!.gpus
          const { runs } = first!
          return { ...fit, gpus: [{ ...first!, runs: runs.slice(0, 1 + uploads) }] }
        },
      })
    })
    const { fit, runs } = strings
    await page.getByLabel(fit.what).selectOption('tokensPerSecond')
    const marks = page.getByRole('img', { name: new RegExp(`^${fit.equality}`) }).locator('circle')
    await marks.first().waitFor()
    expect(await marks.count()).toBe(1)
    await page.getByText('TP4, 256 at once, 500 in, 200 out').waitFor()
    await page.getByText(strings.horizon.table).click()
    const cells = await page.locator('.fit tbody td').allTextContents()
    expect(cells.slice(1, 4)).toEqual(['2,000', '1,900', fit.span('1,710', '2,090')])

    const text = 'model,gpu\nllama-70b,H100\n'
    await page
      .getByLabel(runs.file)
      .setInputFiles({ name: 'runs.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.getByRole('button', { name: runs.send, exact: true }).click()
    await page.getByText(runs.kept(text.length, 1)).waitFor()
    await marks.nth(1).waitFor()
    await expectAccessible(page, 'models')
  })

  it('sends a webhook again, and names who gets none', async () => {
    const asked: unknown[] = []
    const page = await show('/audit', (to) => {
      const { replay } = to.webhooks
      Object.assign(to.webhooks, {
        replay: (...what: Parameters<typeof replay>) => {
          asked.push(what)
          return replay(...what)
        },
      })
    })
    await page.getByText(strings.hooks.failing(6)).waitFor()
    await page.getByRole('button', { name: strings.hooks.replay }).first().click()
    await page.getByText(strings.doing.done, { exact: true }).waitFor()
    expect(asked).toEqual([['ops', { eventIds: ['evt_3'] }, undefined]])
    await page.getByText('geo-shift').waitFor()
    const board = page.getByRole('link', { name: strings.queue.board })
    expect(await board.getAttribute('href')).toBe('/admin/queues')
  })
})
