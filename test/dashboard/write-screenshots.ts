/**
 * `npm run docs:screenshots`: every screen of a live service on recorded grids, light and dark, on a
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
  models: '/models',
  'what-if': '/what-if',
  audit: '/audit',
}
const SIZES = { desktop: DESKTOP, phone: PHONE }
const SCHEMES = ['light', 'dark'] as const
const HORIZON_HOURS = 24
/** Charts draw in the frames after the last answer. */
const SETTLED_MS = 1500

const browser = await openBrowser()
const service = await startLiveService(HORIZON_HOURS)
for (const [size, viewport] of Object.entries(SIZES)) {
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
