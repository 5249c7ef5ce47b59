import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { describe, it } from 'vitest'

const path = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium'

/** Headless Chromium that talks to nobody but the pages it is sent to. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    args: [
      '--no-sandbox', // containers run it as root
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/**
 * A suite in a real browser. Where there is none it is skipped and says so; in CI that is a failure,
 * so that the suite can't fall silent there.
 */
export function describeInBrowser(title: string, suite: () => void): void {
  if (existsSync(path)) describe(title, suite)
  else if (process.env.CI === 'true') {
    it(`${title}: TEST_CHROMIUM`, () => {
      throw new Error(`no Chromium at ${path}; set TEST_CHROMIUM`)
    })
  } else describe.skip(`${title} (no Chromium at ${path}: set TEST_CHROMIUM)`, suite)
}
