import { openBrowser } from './browser.ts'
import { visit, DESKTOP, PHONE } from './look-at.ts'
import { servePage } from './serve-page.ts'
import { largeFleet } from './large-fleet.ts'
import { memoryBatch } from '../api/memory-batch.ts'
const now = Date.now()
const ports = largeFleet({ regions: 6, windows: 24, windowMinutes: 60, models: 3 })
const tenant = ports.tenants.get('default')!
const batch = memoryBatch(now)
;(tenant as any).batch = batch
const H = 3_600_000
for await (const _ of batch.submit([
  { id: 'nightly-eval', gpuHours: 24, gpus: [2, 4, 8], deadlineMs: now + 20 * H },
  { id: 'embed-corpus', gpuHours: 12, gpus: [1], deadlineMs: now + 30 * H, regions: ['eu-central'] },
  { id: 'distill-7b', gpuHours: 64, gpus: [4, 8], deadlineMs: now + 40 * H, regions: ['eu-central'] },
  { id: 'rerank', gpuHours: 2, gpus: [1], deadlineMs: now + 7 * H, interruptible: false },
  { id: 'summaries', gpuHours: 6, gpus: [2], deadlineMs: now + 26 * H, after: ['rerank'] },
] as never)) console.log(JSON.stringify(_).slice(0, 200))
const list = tenant.regions.list
tenant.regions.list = async () => { const l = await list(); return [{ ...l[0]!, id: 'eu-north' , zone: 'SE' }, { ...l[1]!, id: 'eu-central', zone: 'DE' }] }
const served = await servePage(ports)
const browser = await openBrowser()
const which = process.argv[2] ?? '/batch'
for (const [name, viewport, colorScheme] of [['d', DESKTOP, 'light'], ['p', PHONE, 'dark']] as const) {
  const { page, complaints, close } = await visit(browser, `${served.url}/#${which}`, { viewport, colorScheme, timezoneId: 'Europe/Berlin' })
  await page.waitForTimeout(2500)
  if (which === '/batch') {
    const h = page.getByRole('slider').first()
    await h.focus()
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft')
    await page.waitForTimeout(1500)
  }
  await page.screenshot({ path: `/tmp/dash-shots/s-${name}.png`, fullPage: true })
  console.log(complaints)
  await close()
}
await browser.close(); await served.app.close(); process.exit(0)
