/**
 * `npm run bench:dashboard`: the page in headless Chromium over a made-up fleet of 32 regions, 288
 * windows and 20 models: how much it transfers, when it first paints, how long the horizon takes to
 * draw once its data is there, and how long frames take while it is panned. The browser draws
 * without a GPU.
 */
import { cpus, loadavg } from 'node:os'
import type { Page } from 'playwright-core'
import { openBrowser } from '../dashboard/browser.ts'
import { largeFleet } from '../dashboard/large-fleet.ts'
import { visit } from '../dashboard/look-at.ts'
import { servePage } from '../dashboard/serve-page.ts'
import { median } from './median.ts'
import { writeSection } from './write-section.ts'

const SIZE = { regions: 32, windows: 288, windowMinutes: 5, models: 20 }
const BARS = { transferKb: 200, firstPaintMs: 1000, horizonRenderMs: 300, frameP95Ms: 32 }
const LOADS = 5
const FRAMES = 240
const PANELS = 4
/** Charts are drawn where they can be seen: here all panels can at once. */
const TALL = { width: 1280, height: 1800 }

/** Bytes of the page's own files as they came over the wire, and its first contentful paint. */
async function load(url: string): Promise<{ transferKb: number; firstPaintMs: number }> {
  const { page, close } = await visit(browser, url)
  await page.locator('.region-card').first().waitFor()
  const measured = await page.evaluate<{ bytes: number; paintMs: number }>(`({
    bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => !name.includes('/v1/') && !name.includes('/readyz'))
      .reduce((sum, { transferSize }) => sum + transferSize, 0),
    paintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  })`)
  await close()
  return { transferKb: measured.bytes / 1000, firstPaintMs: measured.paintMs }
}

/** From the click to the frame after the four panels and the rows in sight are drawn. */
const drawHorizon = (page: Page) =>
  page.evaluate<number>(`new Promise((resolve) => {
    const startMs = performance.now()
    location.hash = '#/horizon'
    const look = () => {
      const drawn = document.querySelectorAll('.panels canvas').length === ${PANELS}
      if (drawn && document.querySelector('.region-rows li')) requestAnimationFrame(() => resolve(performance.now() - startMs))
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })`)

/** Scrolls sideways a little each frame. @returns ms between frames */
const pan = (page: Page) =>
  page.evaluate<number[]>(`new Promise((resolve) => {
    const panels = document.querySelector('.panels')
    const took = []
    let lastMs = performance.now()
    const step = (atMs) => {
      took.push(atMs - lastMs)
      lastMs = atMs
      if (took.length > ${FRAMES}) return resolve(took.slice(1))
      const deltaX = Math.floor(took.length / 40) % 2 === 0 ? 30 : -30
      panels.dispatchEvent(new WheelEvent('wheel', { deltaX, bubbles: true, cancelable: true }))
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })`)

const served = await servePage(largeFleet(SIZE))
const browser = await openBrowser()
const loads = []
for (let round = 0; round < LOADS; round++) loads.push(await load(served.url))

const { page, complaints } = await visit(browser, `${served.url}/#/horizon`, { viewport: TALL })
await page
  .locator('.panels canvas')
  .nth(PANELS - 1)
  .waitFor()
const draws: number[] = []
for (let round = 0; round < LOADS; round++) {
  await page.evaluate("location.hash = '#/models'")
  await page.locator('.model-cards').waitFor()
  draws.push(await drawHorizon(page))
}
await page.getByRole('button', { name: 'Zoom in' }).click()
const frames = (await pan(page)).toSorted((a, b) => a - b)
await browser.close()
await served.app.close()
if (complaints.length > 0) throw new Error(complaints.join('\n'))

const reached = {
  transferKb: Math.round(median(loads.map(({ transferKb }) => transferKb))),
  firstPaintMs: Math.round(median(loads.map(({ firstPaintMs }) => firstPaintMs))),
  horizonRenderMs: Math.round(median(draws)),
  frameP95Ms: Number(frames[Math.floor(frames.length * 0.95)]!.toFixed(1)),
}
writeSection('Dashboard', 'npm run bench:dashboard', [
  `${SIZE.regions} regions x ${SIZE.windows} windows x ${SIZE.models} models in headless Chromium without a GPU, ${TALL.width} x ${TALL.height} px; medians of ${LOADS}, frames over ${FRAMES}; load average ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores.`,
  '',
  '| | reached | bar |',
  '| --- | --- | --- |',
  ...Object.entries(BARS).map(
    ([name, bar]) => `| ${name} | ${reached[name as keyof typeof BARS]} | ${bar} |`,
  ),
])
console.log(JSON.stringify({ bench: 'dashboard', ...reached }))
