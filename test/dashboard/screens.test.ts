import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Schemas } from '../../services/client/index.ts'
import { carbonRateAt } from '../../services/dashboard/src/figures/carbon-rate.ts'
import { settingWords } from '../../services/dashboard/src/figures/fit.ts'
import {
  inCount,
  inDigits,
  inGrams,
  inIntensity,
  inPercent,
} from '../../services/dashboard/src/figures/quantity.ts'
import {
  hoursOf,
  loadOf,
  scheduleOf,
  windowAt,
} from '../../services/dashboard/src/figures/schedule.ts'
import { strings } from '../../services/dashboard/src/strings.ts'
import { hasRealData } from '../support/real-data.ts'
import { describeInBrowser, openBrowser } from './browser.ts'
import { type LiveService, startLiveService } from './live-service.ts'
import { DESKTOP, expectAccessible, PHONE, visit } from './look-at.ts'

const HORIZON_HOURS = 6
const STARTING_MS = 600_000

const grids = hasRealData ? 'recorded grids' : 'the climatology: no recorded data'
describeInBrowser(`the dashboard on a live service, on ${grids}`, () => {
  vi.setConfig({ testTimeout: STARTING_MS })
  let service: LiveService
  let browser: Browser

  beforeAll(async () => {
    browser = await openBrowser()
    service = await startLiveService(HORIZON_HOURS)
  }, STARTING_MS)
  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  const ask = async <Body>(path: string): Promise<Body> =>
    (await fetch(`${service.url}${path}`)).json() as Promise<Body>

  /** Opens one screen, waits for a sign of life, and leaves without a complaint. */
  async function on(path: string, look: (page: Page) => Promise<void>): Promise<void> {
    const open = await visit(browser, `${service.url}/#${path}`)
    await look(open.page)
    expect(open.complaints).toEqual([])
    await open.close()
  }

  it('shows now what the API says now', async () => {
    const { items: regions } = await ask<Schemas['RegionList']>('/v1/regions')
    const plan = await ask<Schemas['Plan']>('/v1/plans/current')
    const schedule = scheduleOf(plan)!
    await on('/', async (page) => {
      const figure = (label: string) =>
        page.locator('.figure', { has: page.getByText(label, { exact: true }) })
      await figure(strings.now.carbon).waitFor()
      const figures = await ask<Schemas['PlanFigures']>(`/v1/plans/${plan.version}/figures`)
      const rate = carbonRateAt(schedule, figures, Date.now())!
      for (const [label, grams] of [
        [strings.now.carbon, rate.plannedGPerHour],
        [strings.now.instead, rate.baselineGPerHour],
      ] as const) {
        const { value, unit } = inGrams(grams)
        await figure(label).getByText(value, { exact: true }).waitFor()
        expect(await figure(label).textContent()).toContain(`${value} ${unit}/h`)
      }
      const hourly = inGrams(schedule.predicted.carbonG / hoursOf(schedule))
      expect(await figure(strings.now.carbon).textContent()).toContain(
        `${hourly.value} ${hourly.unit} an hour`,
      )
      const { items: promises } = await ask<Schemas['Slo']>('/v1/slo')
      for (const { model, state } of promises) {
        const promise = page.getByRole('listitem').filter({ hasText: model })
        await promise.filter({ hasText: strings.slo.states[state] }).first().waitFor()
      }
      const saved = 1 - schedule.predicted.carbonG / schedule.baseline.carbonG
      expect(await figure(strings.now.saved).textContent()).toContain(inPercent(saved))
      const { gpus } = loadOf(schedule, windowAt(schedule, Date.now()))
      expect(await figure(strings.now.gpus).textContent()).toContain(inCount(gpus))
      for (const { id, carbon } of regions) {
        const card = page.locator('.region-card', {
          has: page.getByRole('heading', { name: id }),
        })
        await card.waitFor()
        const text = await card.textContent()
        const { value, unit } = inIntensity(carbon!.carbonGPerKwh)
        expect(text).toContain(`${value} ${unit}`)
        expect(text).toContain(strings.rungs[carbon!.quality])
        expect(text).toContain(carbon!.source)
      }
    })
  })

  it('shows over the horizon what is forecast and what runs in each window', async () => {
    const plan = await ask<Schemas['Plan']>('/v1/plans/current')
    const schedule = scheduleOf(plan)!
    const forecast = await ask<Schemas['ZoneForecast']>(
      `/v1/grid/SE/forecast?hours=${HORIZON_HOURS}&stepMinutes=60`,
    )
    await on('/horizon/stockholm', async (page) => {
      await page.getByRole('img', { name: strings.horizon.intensity('SE') }).waitFor()
      await page.getByText(strings.horizon.table).click()
      const rows = page.locator('.folded tbody tr')
      await rows.first().waitFor()
      expect(await rows.count()).toBe(forecast.windows.length)
      const cells = await rows.nth(1).locator('td').allTextContents()
      expect(cells.slice(1, 4)).toEqual(
        [1, 2, 3].map((index) => {
          const { lowGPerKwh, carbonGPerKwh, highGPerKwh } = forecast.windows[1]!
          return inCount([lowGPerKwh, carbonGPerKwh, highGPerKwh][index - 1]!)
        }),
      )
      const window = page.getByRole('slider', { name: strings.horizon.window })
      await window.fill('2')
      const shown = page.locator('.card', { has: window }).locator('tbody tr')
      const { assignments } = loadOf(schedule, 2, 'stockholm')
      const { regions, variants } = await ask<Schemas['PlanFigures']>(
        `/v1/plans/${plan.version}/figures`,
      )
      const { value, unit } = inGrams(regions.find(({ id }) => id === 'stockholm')!.carbonG[2]!)
      await page.getByText(`${value} ${unit}`).waitFor()
      expect(await shown.count()).toBe(assignments.length)
      for (const [index, { model, pointId, replicas }] of assignments.entries()) {
        const cells = await shown.nth(index).locator('td').allTextContents()
        const variant = variants.find((one) => one.pointId === pointId && one.model === model)
        const capacity = inDigits(replicas * variant!.capacityTokensPerSecond)
        expect([cells[0], cells[2], cells[5]]).toEqual([model, inCount(replicas), capacity])
      }
    })
  })

  it('says why in the words of the explanation', async () => {
    const { version } = await ask<Schemas['Plan']>('/v1/plans/current')
    const why = await ask<Schemas['PlanExplanation']>(`/v1/plans/${version}/explanation`)
    await on('/why', async (page) => {
      await page.getByText(why.words).first().waitFor()
      for (const { words } of why.binding) await page.getByText(words).first().waitFor()
      const first = why.placements.filter(({ window }) => window === why.placements[0]!.window)
      const table = page.getByRole('table', { name: strings.why.placements })
      expect(await table.locator('tbody tr').count()).toBe(first.length)
    })
  })

  it('hands in a job, shows when it runs, and tries another deadline', async () => {
    const { batch } = strings
    await on('/batch', async (page) => {
      await page.getByText(batch.none).waitFor()
      await page.getByLabel(batch.fields.id).fill('evaluation')
      await page.getByRole('button', { name: batch.submit, exact: true }).click()
      const handle = page.getByRole('slider', { name: batch.deadlineOf('evaluation') })
      await handle.waitFor()
      const job = await ask<Schemas['BatchJob']>('/v1/batch/jobs/evaluation')
      const { value, unit } = inGrams(job.planned!.carbonG)
      const row = page.getByRole('row', { name: /evaluation/ })
      expect(await row.textContent()).toContain(`${value} ${unit}`)
      expect(await row.textContent()).toContain(job.planned!.region)
      expect(Number(await handle.getAttribute('aria-valuenow'))).toBe(job.deadlineMs)
      await handle.press('ArrowLeft')
      await page.getByText(batch.trial('evaluation', '')).first().waitFor()
      await page.getByRole('button', { name: batch.giveUp }).waitFor()
    })
  })

  it('sets what was measured beside what the others predict', async () => {
    const { gpus } = await ask<Schemas['ModelFit']>('/v1/models/chat/fit')
    const [first] = gpus
    await on('/models', async (page) => {
      const { fit } = strings
      await page.getByLabel(fit.what).selectOption('tokensPerSecond')
      const plot = page.getByRole('img', { name: new RegExp(`^${fit.equality}`) })
      await plot.waitFor()
      expect(await plot.locator('circle').count()).toBe(first!.runs.length)
      for (const setting of first!.next!.runs) {
        await page.getByText(settingWords(setting)).first().waitFor()
      }
    })
  })

  it('shows the queues to whoever may see them', async () => {
    const open = await visit(browser, `${service.url}/admin/queues`)
    await open.page.getByText('refresh-grid').first().waitFor()
    await open.close()
  })

  it(
    'plans for a question and shows the answer beside the plan of today',
    async () => {
      await on('/what-if', async (page) => {
        await page.getByRole('slider', { name: strings.whatIf.demand }).fill('0.5')
        const answer = page.waitForResponse((response) => response.url().endsWith(':simulate'), {
          timeout: STARTING_MS,
        })
        await page.getByRole('button', { name: strings.whatIf.ask, exact: true }).click()
        const { outcome } = (await (await answer).json()) as Schemas['Simulation']
        if (outcome.status !== 'planned') throw new Error('half the demand must have a plan')
        const { value, unit } = inGrams(outcome.predicted.carbonG)
        await page
          .getByRole('cell', { name: `${value} ${unit}`, exact: true })
          .first()
          .waitFor()
      })
    },
    STARTING_MS,
  )

  it.each([
    ['light', DESKTOP],
    ['dark', PHONE],
  ] as const)(
    'is accessible on every screen, %s',
    async (colorScheme, viewport) => {
      const open = await visit(browser, service.url, { colorScheme, viewport })
      for (const [screen, name] of Object.entries(strings.nav)) {
        if (screen === 'label') continue
        await open.page.getByRole('link', { name, exact: true }).click()
        await open.page.getByRole('heading', { name, level: 1 }).waitFor()
        await open.page.locator('.skeleton').first().waitFor({ state: 'detached' })
        await expectAccessible(open.page, `${screen}, ${colorScheme}`)
      }
      expect(open.complaints).toEqual([])
      await open.close()
    },
    STARTING_MS,
  )
})
