import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { strings } from '../../services/dashboard/src/strings.ts'
import { type MemoryTenant, NOW_MS } from '../api/memory-ports.ts'
import { describeInBrowser, openBrowser } from './browser.ts'
import { largeFleet } from './large-fleet.ts'
import { type Visit, visit } from './look-at.ts'
import { type ServedPage, servePage } from './serve-page.ts'

/** A busy machine draws slowly; what is waited for is never a time. */
const DRAWING_MS = 120_000
const SIZE = { regions: 2, windows: 24, windowMinutes: 60, models: 3 }
const PANELS = 4

const eventually = <Value>(read: () => Promise<Value>) =>
  expect.poll(read, { timeout: DRAWING_MS / 2 })

describeInBrowser('how people read the dashboard', () => {
  vi.setConfig({ testTimeout: DRAWING_MS })
  let browser: Browser
  let tenant: MemoryTenant
  let served: ServedPage
  let open: Visit | undefined

  beforeAll(async () => {
    browser = await openBrowser()
    const ports = largeFleet(SIZE)
    tenant = ports.tenants.get('default')!
    tenant.entries.push({
      id: 1,
      atMs: NOW_MS,
      actor: 'key "ops", on call',
      action: 'model.put',
      subject: 'models/llama-70b',
      outcome: 'done',
      words: '=1+1',
    })
    served = await servePage(ports)
  }, DRAWING_MS)
  afterAll(async () => {
    await browser?.close()
    await served?.app.close()
  })
  afterEach(async () => {
    const complaints = open?.complaints ?? []
    await open?.close()
    open = undefined
    expect(complaints).toEqual([])
  })

  async function show(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    open = await visit(browser, `${served.url}/#${path}`, options)
    return open.page
  }
  async function horizon(): Promise<Page> {
    const page = await show('/horizon', { viewport: { width: 1280, height: 1800 } })
    await page
      .locator('.panels canvas')
      .nth(PANELS - 1)
      .waitFor()
    return page
  }
  /** What the legends of all panels say of the instant under the cross-hair. */
  const instants = (page: Page) =>
    page.locator('.panels .u-legend tr:first-child .u-value').allTextContents()
  /** Points at a share of the width of the first chart. @returns the instant, as the legend says it */
  async function pointAt(page: Page, share: number): Promise<string> {
    const box = (await page.locator('.panels .u-over').first().boundingBox())!
    await page.mouse.move(box.x + box.width * share, box.y + box.height / 2)
    await eventually(async () => (await instants(page)).every((text) => text.includes('UTC'))).toBe(
      true,
    )
    return (await instants(page))[0]!
  }

  it('shows one cross-hair through all panels, with the numbers of its instant', async () => {
    const page = await horizon()
    await pointAt(page, 0.4)
    const all = await instants(page)
    expect(all).toHaveLength(PANELS)
    expect(new Set(all).size).toBe(1)
    const values = await page
      .locator('.panels .u-legend tr:nth-child(2) .u-value')
      .allTextContents()
    expect(values.filter((text) => /\d/.test(text))).toHaveLength(PANELS)
    await pointAt(page, 0.8)
    expect((await instants(page))[PANELS - 1]).not.toBe(all[0])
  })

  it('zooms by a drag, by keys and by buttons, all panels together, and shows everything again', async () => {
    const page = await horizon()
    const whole = await pointAt(page, 0.9)
    const box = (await page.locator('.panels .u-over').nth(1).boundingBox())!
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 })
    await page.mouse.up()
    const dragged = await pointAt(page, 0.9)
    expect(dragged).not.toBe(whole)
    await page.getByRole('button', { name: strings.horizon.all }).click()
    await eventually(() => pointAt(page, 0.9)).toBe(whole)
    await page.locator('.panels').focus()
    await page.keyboard.press('+')
    await page.keyboard.press('ArrowLeft')
    await eventually(() => pointAt(page, 0.9)).not.toBe(whole)
    await page.keyboard.press('0')
    await eventually(() => pointAt(page, 0.9)).toBe(whole)
    await page.getByRole('button', { name: strings.horizon.closer }).click()
    await eventually(() => pointAt(page, 0.9)).not.toBe(whole)
  })

  it('gives the details of the window that is clicked', async () => {
    const page = await horizon()
    const slider = page.getByRole('slider', { name: strings.horizon.window })
    expect(await slider.inputValue()).toBe('0')
    const box = (await page.locator('.panels .u-over').nth(1).boundingBox())!
    await page.mouse.click(box.x + box.width * 0.52, box.y + 20)
    await eventually(() => slider.inputValue()).toBe('12')
    const details = page.locator('.card', { has: slider })
    expect(await details.locator('tbody tr').count()).toBe(SIZE.models)
  })

  it('saves the savings and the audit trail as CSV, as the API tells them', async () => {
    const page = await show('/audit')
    const buttons = page.getByRole('button', { name: strings.audit.csv })
    await buttons.nth(1).waitFor()
    const texts = []
    for (const index of [0, 1]) {
      const saved = page.waitForEvent('download')
      await buttons.nth(index).click()
      texts.push(await readFile(await (await saved).path(), 'utf8'))
    }
    const [day] = await tenant.savings.days(0, NOW_MS)
    const date = new Date(day!.dayStartMs).toISOString().slice(0, 10)
    expect(texts[0]!.split('\r\n')[1]).toBe(`${date},300,900,600,505,695,3,2000000`)
    expect(texts[1]!.split('\r\n')[1]).toBe(
      `${new Date(NOW_MS).toISOString()},"key ""ops"", on call",model.put,models/llama-70b,done,'=1+1`,
    )
  })

  it('prints without what only a screen can use', async () => {
    const page = await show('/audit')
    await page.addInitScript('window.print = () => { window.printed = true }')
    await page.reload()
    await page.getByRole('button', { name: strings.audit.print }).click()
    expect(await page.evaluate('window.printed')).toBe(true)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.top').isVisible()).toBe(false)
    expect(await page.getByRole('button', { name: strings.audit.print }).isVisible()).toBe(false)
    expect(await page.getByRole('heading', { name: strings.savings.title }).isVisible()).toBe(true)
    const pdf = await page.pdf({ format: 'A4' })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  })

  it('shows savings by day and lever with their intervals', async () => {
    const page = await show('/audit')
    const { savings } = strings
    await page
      .getByText(savings.totalSaved('600 gCO2e', '66.7 %', '505 gCO2e to 695 gCO2e'))
      .waitFor()
    const days = page.getByRole('table', { name: savings.title })
    expect(await days.locator('tbody td').allTextContents()).toContain('505 gCO2e to 695 gCO2e')
    const levers = page.getByRole('table', { name: savings.levers })
    expect(await levers.locator('tbody td').allTextContents()).toContain('420 gCO2e to 580 gCO2e')
  })

  it('tells times in the zone of whoever looks, and in UTC when hovered over', async () => {
    const page = await show('/', { timezoneId: 'Asia/Kolkata' })
    const time = page.locator('.headline time').nth(1)
    await time.waitFor()
    const atMs = Date.parse((await time.getAttribute('datetime'))!)
    const clock = (timeZone: string) =>
      new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(
        atMs,
      )
    expect(await time.textContent()).toContain(clock('Asia/Kolkata'))
    expect(await time.getAttribute('title')).toContain(`${clock('UTC')} UTC`)
  })

  it('misses nothing of what happened while the line was down', async () => {
    const page = await show('/')
    await page.locator('.line-state[data-line="open"]').waitFor()
    tenant.log.push({ id: 7, type: 'plan.changed', atMs: 0, data: {} })
    await page.getByText(strings.announced['plan.changed']!).waitFor({ state: 'attached' })
    const resumed = page.waitForRequest(
      (request) =>
        request.url().endsWith('/v1/events') && request.headers()['last-event-id'] === '7',
    )
    served.app.server.closeAllConnections()
    tenant.log.push({ id: 8, type: 'slo.guard', atMs: 0, data: {} })
    await resumed
    await page.getByText(strings.announced['slo.guard']!).waitFor({ state: 'attached' })
  })
})
