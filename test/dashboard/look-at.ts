import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'

export const DESKTOP = { width: 1280, height: 900 }
export const PHONE = { width: 390, height: 844 }

/** For a busy machine. */
const PATIENCE_MS = 90_000

export interface Visit {
  readonly page: Page
  /** What the page complained about, and what it asked of anybody else. Must stay empty. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

/** Opens a page and writes down whatever goes wrong on it. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: DESKTOP, ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    // An answer of 4xx or 5xx is for the screen to show; the browser logs it all the same.
    const isAnswer = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text())
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== new URL(url).origin && protocol !== 'blob:') complaints.push(request.url())
  })
  await page.goto(url)
  return { page, complaints, close: () => context.close() }
}

/** Nothing that axe calls serious or critical, and nothing that makes the page scroll sideways. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>(
    "axe.run(document, { resultTypes: ['violations'] })",
  )
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    )
  expect(serious, what).toEqual([])
  const overflow = 'document.documentElement.scrollWidth - innerWidth'
  expect(await page.evaluate<number>(overflow), `${what} scrolls sideways`).toBeLessThanOrEqual(0)
}
