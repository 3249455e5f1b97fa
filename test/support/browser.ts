// A real browser for the flow tests: Debian's chromium (or CHROMIUM_PATH), driven by playwright-core, with a profile of its own.
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Path of the chromium to use; null, said once on the console, where there is none. In CI that is an error. */
export function findChromium(): string | null {
  const { CHROMIUM_PATH, CI } = process.env
  const found = [CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path && existsSync(path),
  )
  if (found) return found
  const message = 'no chromium found: the browser tests are skipped (apt-get install chromium, or set CHROMIUM_PATH)'
  if (CI) throw new Error(message)
  console.warn(message)
  return null
}

export interface BrowserOptions {
  javaScript?: boolean
  dark?: boolean
  width?: number
  height?: number
  /** `own`: third-party cookies are blocked, partitioned ones stay; `none`: no cookie is kept at all. */
  cookies?: 'all' | 'own' | 'none'
}

/** Chromium's own settings, said outright: Debian's build blocks third-party cookies by default. */
const PREFERENCES = {
  all: { cookie_controls_mode: 0, block_third_party_cookies: false },
  own: { cookie_controls_mode: 1, block_third_party_cookies: true },
  none: { default_content_setting_values: { cookies: 2 } },
}

/** Opens a browser with a fresh profile; `close` ends it and removes the profile. */
export async function openBrowser(
  executablePath: string,
  options: BrowserOptions = {},
): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'hub-chromium-'))
  const { javaScript = true, dark = false, width = 1280, height = 900, cookies = 'all' } = options
  await mkdir(join(profile, 'Default'))
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: PREFERENCES[cookies] }))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
    javaScriptEnabled: javaScript,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height },
    serviceWorkers: 'block',
  })
  context.setDefaultTimeout(15_000)
  return {
    context,
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
