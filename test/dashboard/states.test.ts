import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { apiKeys } from '../../services/api/index.ts'
import { strings } from '../../services/dashboard/src/strings.ts'
import { UpstreamUnavailable } from '../../services/domain/errors.ts'
import { createKey } from '../../services/keys/index.ts'
import {
  anInfeasiblePlan,
  aPlan,
  type MemoryPorts,
  type MemoryTenant,
  memoryPorts,
} from '../api/memory-ports.ts'
import { describeInBrowser, openBrowser } from './browser.ts'
import { expectAccessible, type Visit, visit } from './look-at.ts'
import { type ServedPage, servePage } from './serve-page.ts'

/** A busy machine draws slowly; what is waited for is never a time. */
const DRAWING_MS = 120_000

const away = () => Promise.reject(new UpstreamUnavailable('the store is away', { upstream: 'db' }))

const FOCUSED_NAME =
  "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent ?? ''"

describeInBrowser('the dashboard, whatever the service says', () => {
  vi.setConfig({ testTimeout: DRAWING_MS })
  let browser: Browser
  let ports: MemoryPorts
  let tenant: MemoryTenant
  let served: ServedPage | undefined
  let open: Visit | undefined

  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(() => {
    ports = memoryPorts()
    tenant = ports.tenants.get('default')!
  })
  afterEach(async () => {
    const complaints = open?.complaints ?? []
    await open?.close()
    await served?.app.close()
    open = served = undefined
    expect(complaints).toEqual([])
  })

  async function show(path: string, options: Parameters<typeof servePage>[1] = {}): Promise<Page> {
    served = await servePage(ports, options)
    open = await visit(browser, `${served.url}/#${path}`)
    return open.page
  }

  it('says that there is no plan yet', async () => {
    const page = await show('/')
    await page.getByText('there is no plan yet').first().waitFor()
    await expectAccessible(page, 'no plan')
  })

  it('says which limit forbids a plan, and the least that would help', async () => {
    tenant.stored.push(anInfeasiblePlan(1))
    const page = await show('/')
    await page.getByText('eu-north has 2 H100 too few').waitFor()
    await page.getByText('two more H100 in eu-north').waitFor()
    await expectAccessible(page, 'infeasible')
  })

  it('goes on showing what it knows while the service is away, and says so', async () => {
    tenant.stored.push(aPlan(1))
    const page = await show('/')
    await page.getByRole('heading', { name: 'eu-north' }).waitFor()
    await page.locator('.line-state[data-line="open"]').waitFor()
    Object.assign(tenant.regions, { list: away })
    tenant.log.push({ id: 1, type: 'plan.changed', atMs: 0, data: {} })
    await page.getByText(/could not be refreshed: .*the store is away/).waitFor()
    expect(await page.getByRole('heading', { name: 'eu-north' }).count()).toBe(1)
    await expectAccessible(page, 'stale')
  })

  it('says what failed where it knows nothing, and tries again when told', async () => {
    Object.assign(tenant.models, { list: away })
    const page = await show('/models')
    await page.getByText('the store is away').waitFor()
    await expectAccessible(page, 'away')
    Object.assign(tenant.models, memoryPorts().tenants.get('default')!.models)
    await page.getByRole('button', { name: strings.states.retry }).click()
    await page.getByRole('heading', { name: 'llama-70b' }).waitFor()
  })

  it('asks for a key where one is needed, keeps it in the tab and forgets it', async () => {
    tenant.stored.push(aPlan(1))
    const nowMs = Date.now
    const { text: key } = await createKey(
      ports.keys,
      { tenant: 'default', label: 'look', scopes: ['read'] },
      nowMs(),
    )
    const page = await show('/', {
      security: { mode: 'closed', authenticators: [apiKeys(ports.keys, { nowMs })] },
    })
    const field = page.getByLabel(strings.signIn.key)
    await field.waitFor()
    await expectAccessible(page, 'sign in')
    await field.fill('gt_wrong')
    await field.press('Enter')
    await page.getByText(strings.signIn.refused).waitFor()
    await field.fill(key)
    await field.press('Enter')
    await page.getByRole('heading', { name: 'eu-north' }).waitFor()
    await page.locator('.line-state[data-line="open"]').waitFor()
    expect(page.url()).not.toContain(key)
    expect(
      await page.evaluate<string>('JSON.stringify([{ ...localStorage }, document.cookie])'),
    ).not.toContain(key)

    // A key that may only look is told so where it wants more.
    await page.getByRole('link', { name: strings.nav['what-if'] }).click()
    await page.getByRole('button', { name: strings.whatIf.ask, exact: true }).click()
    await page.getByText(strings.states.denied).waitFor()
    await expectAccessible(page, 'denied')

    await page.getByRole('button', { name: strings.signIn.out }).click()
    await field.waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
  })

  it('shows names as text, whatever is in them', async () => {
    const hostile = '<img src=x onerror="document.title=1">'
    const stored = aPlan(1)
    tenant.stored.push(stored)
    tenant.entries.push({
      id: 1,
      atMs: 0,
      actor: hostile,
      action: 'model.put',
      subject: '\u202E4',
      outcome: 'done',
      words: hostile.repeat(20),
    })
    const page = await show('/audit')
    await page.getByText(hostile, { exact: true }).waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
    await expectAccessible(page, 'hostile')
  })

  it('can be walked by keyboard alone', async () => {
    tenant.stored.push(aPlan(1, 2), aPlan(2, 3))
    const page = await show('/')
    await page.getByRole('heading', { name: 'eu-north' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe(strings.skip)
    const reached = new Set<string>()
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press('Tab')
      reached.add(await page.evaluate<string>(FOCUSED_NAME))
    }
    for (const name of Object.values(strings.nav).filter((name) => name !== strings.nav.label)) {
      expect(reached, name).toContain(name)
    }
    expect([...reached].filter((name) => name.startsWith('eu-north')).length).toBe(2) // map, card
    await page.getByRole('link', { name: strings.nav.why }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: strings.nav.why, level: 1 }).waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN')
  })
})
