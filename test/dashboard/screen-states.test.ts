import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { strings } from '../../services/dashboard/src/strings.ts'
import { memoryBatch } from '../api/memory-batch.ts'
import { aPlan, type MemoryTenant, memoryPorts } from '../api/memory-ports.ts'
import { describeInBrowser, openBrowser } from './browser.ts'
import { type Visit, visit } from './look-at.ts'
import { type ServedPage, servePage } from './serve-page.ts'

/** A busy machine draws slowly; what is waited for is never a time. */
const DRAWING_MS = 120_000
const { states } = strings
const NO_PLAN = 'there is no plan yet'
/** What each screen says where there is nothing to show. */
const EMPTY = {
  '/': [NO_PLAN, strings.now.noRegions],
  '/horizon': [NO_PLAN],
  '/why': [states.noPlan],
  '/batch': [strings.batch.none],
  '/models': [strings.models.none, strings.runs.none],
  '/what-if': [NO_PLAN],
  '/audit': [
    strings.savings.none,
    strings.savings.sciNone,
    strings.hooks.noHooks,
    strings.hooks.none,
    strings.audit.empty,
  ],
}
const SCREENS = Object.keys(EMPTY) as (keyof typeof EMPTY)[]
const WORDS = 'these are the words of the service'

describeInBrowser('every screen', () => {
  vi.setConfig({ testTimeout: DRAWING_MS })
  let browser: Browser
  let tenant: MemoryTenant
  let served: ServedPage
  let open: Visit

  beforeAll(async () => {
    browser = await openBrowser()
  }, DRAWING_MS)
  afterAll(() => browser?.close())

  /** One page for all screens of a state: they are walked without loading it anew. */
  function inState(
    name: string,
    prepare: (tenant: MemoryTenant) => unknown,
    begin: (page: Page) => Promise<unknown>,
    expectIt: (page: Page, screen: keyof typeof EMPTY) => Promise<unknown>,
  ): void {
    describe(`says that it is ${name}`, () => {
      beforeAll(async () => {
        const ports = memoryPorts()
        tenant = ports.tenants.get('default')!
        await prepare(tenant)
        served = await servePage(ports)
        open = await visit(browser, 'about:blank')
        await begin(open.page)
      }, DRAWING_MS)
      afterAll(async () => {
        await open?.close()
        await served?.app.close()
      })
      it.each(SCREENS)('%s', async (screen) => {
        await go(open.page, screen)
        await expectIt(open.page, screen)
        expect(open.complaints.filter((one) => !one.startsWith(served.url))).toEqual([])
      })
    })
  }

  const home = (page: Page) => page.goto(`${served.url}/#/nowhere`)
  const go = async (page: Page, screen: string) => {
    await page.evaluate(`location.hash = '#${screen}'`)
    await page.locator('.main h1').waitFor()
  }
  /** Everything the page asks for but its events, which must stay open. */
  const answerWith = (page: Page, answer: (route: Route) => unknown) =>
    page.route(/\/v1\/(?!events)|\/readyz/, answer)
  const refuseWith = (page: Page, status: number) =>
    answerWith(page, (route) =>
      route.fulfill({
        status,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'made_up', title: 'no', status, detail: WORDS }),
      }),
    )
  const withPlans = ({ stored }: MemoryTenant) => stored.push(aPlan(1), aPlan(2, 3))

  inState(
    'loading',
    withPlans,
    async (page) => {
      await answerWith(page, () => {})
      await home(page)
    },
    (page) => page.locator('.main .skeleton', { hasText: states.loading }).first().waitFor(),
  )

  inState(
    'empty',
    (to) => {
      const none = async () => []
      Object.assign(to.regions, { list: none })
      Object.assign(to.models, { list: none })
      Object.assign(to.savings, { days: none })
      Object.assign(to.webhooks, { list: none, deliveries: none })
      Object.assign(to, { batch: memoryBatch(Date.now()) })
    },
    home,
    async (page, screen) => {
      for (const words of EMPTY[screen]) await page.getByText(words).first().waitFor()
    },
  )

  inState(
    'stale',
    withPlans,
    async (page) => {
      await home(page)
      for (const screen of SCREENS) {
        await go(page, screen)
        await page.locator('.main .skeleton').first().waitFor({ state: 'detached' })
      }
      await page.locator('.line-state[data-line="open"]').waitFor()
      await refuseWith(page, 503)
      tenant.log.push({ id: 1, type: 'plan.changed', atMs: 0, data: {} })
      await page.getByText(strings.announced['plan.changed']!).waitFor({ state: 'attached' })
    },
    async (page) => {
      await page.locator('.main .stale', { hasText: WORDS }).first().waitFor()
      expect(await page.locator('.main .skeleton').count()).toBe(0)
    },
  )

  inState(
    'broken, and where to look',
    withPlans,
    async (page) => {
      await refuseWith(page, 500)
      await home(page)
    },
    async (page) => {
      const notice = page.getByRole('alert').filter({ hasText: states.wrong }).first()
      await notice.waitFor()
      expect(await notice.textContent()).toContain(WORDS)
      expect(await notice.textContent()).toContain('made_up')
      await notice.getByRole('button', { name: states.retry }).waitFor()
    },
  )

  inState(
    'not for this key',
    withPlans,
    async (page) => {
      await refuseWith(page, 403)
      await home(page)
    },
    (page) => page.getByRole('alert').filter({ hasText: states.denied }).first().waitFor(),
  )
})
