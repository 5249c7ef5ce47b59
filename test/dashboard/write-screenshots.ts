/**
 * `npm run docs:screenshots [-- desktop|phone]`: every screen of a live service on recorded grids, light and dark, on a
 * desktop and on a phone, into docs/images/.
 */
import { join } from 'node:path'
import { openBrowser } from './browser.ts'
import { startLiveService } from './live-service.ts'
import { DESKTOP, PHONE, visit } from './look-at.ts'

const FOLDER = join(import.meta.dirname, '../../docs/images')
const SCREENS = {
  now: '/',
  horizon: '/horizon/stockholm',
  why: '/why',
  batch: '/batch',
  models: '/models',
  'what-if': '/what-if',
  audit: '/audit',
}
const SIZES = { desktop: DESKTOP, phone: PHONE }
/** `desktop` or `phone`; both where nothing is said. */
const only = process.argv[2]
const SCHEMES = ['light', 'dark'] as const
const HORIZON_HOURS = 24
/** Charts draw in the frames after the last answer. */
const SETTLED_MS = 1500

/** Jobs that may wait, so that there is something to see of them. */
async function handInJobs(url: string): Promise<void> {
  const inHours = (hours: number) => Date.now() + hours * 3_600_000
  const jobs = [
    { id: 'evaluation', gpuHours: 24, gpus: [2, 4, 8], deadlineMs: inHours(20) },
    { id: 'embeddings', gpuHours: 40, gpus: [4, 8], deadlineMs: inHours(23), interruptible: true },
    { id: 'fine-tune', gpuHours: 48, gpus: [8], deadlineMs: inHours(14), interruptible: false },
  ]
  for (const job of jobs) {
    const headers = { 'content-type': 'application/json' }
    const options = { method: 'POST', headers, body: JSON.stringify(job) }
    const answer = await fetch(`${url}/v1/batch/jobs`, options)
    if (!answer.ok) throw new Error(await answer.text())
  }
}

const browser = await openBrowser()
const service = await startLiveService(HORIZON_HOURS)
await handInJobs(service.url)
for (const [size, viewport] of Object.entries(SIZES)) {
  if (only && size !== only) continue
  for (const colorScheme of SCHEMES) {
    const options = { viewport, colorScheme, timezoneId: 'Europe/Berlin' }
    const { page, close } = await visit(browser, service.url, options)
    for (const [screen, path] of Object.entries(SCREENS)) {
      await page.goto(`${service.url}/#${path}`)
      await page.locator('.skeleton').first().waitFor({ state: 'detached' })
      await page.waitForTimeout(SETTLED_MS)
      await page.screenshot({
        path: join(FOLDER, `dashboard-${screen}-${size}-${colorScheme}.png`),
      })
    }
    await close()
  }
}
await browser.close()
await service.close()
