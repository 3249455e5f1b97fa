// The hub: HTTP, and unless HUB_WORKER=off the jobs too. `npm start`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assemble } from './assemble.ts'
import { readConfig } from './config.ts'
import { mountDemo } from './demo/demo.ts'
import { seedDemo, seedPurchasing } from './demo/seed.ts'
import { makeApp } from './http/app.ts'
import { makeLog } from './log.ts'
import { runJobs } from './run-jobs.ts'
import { runProcess } from './run-process.ts'

const HELP = `The procurement hub.

  npm start            the hub with embedded PostgreSQL, demo data, storefront and buyer simulator
  npm run worker       jobs in a process of their own (start the hub with HUB_WORKER=off); several at once are fine
  npm run migrate      bring the database to this version, then end
  npm run client       make an API client: npm run client -- --help

Settings are environment variables; the table is in README.md. The most used: PORT (8080), HOST (127.0.0.1), PUBLIC_URL,
HUB_DATA_DIR (./.hub), DATABASE_URL, REDIS_URL, HUB_KEY, HUB_DEMO (on | off), HUB_WORKER (inline | off), LOG_LEVEL.`

if (process.argv.includes('--help')) {
  console.log(HELP)
  process.exit(0)
}

await runProcess(async () => {
  const config = readConfig()
  const log = makeLog(config.logLevel)
  const assembled = await assemble(config, log, 'owner')
  const { hub, close } = assembled
  const demo = config.demo ? await seedDemo(hub) : null
  if (demo) await seedPurchasing(hub)
  const { app, idle } = makeApp(
    hub,
    demo ? (a) => mountDemo(a, { hubUrl: config.publicUrl, storefrontClient: demo.storefrontClient }) : undefined,
  )
  const server = createServer(app)
  // A sender that never finishes its request holds a socket, not more.
  server.requestTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, config.host, resolve)
  }).catch(async (error) => {
    await close()
    throw error
  })
  const jobs = config.inlineWorker ? await runJobs(assembled) : null
  greet(config.publicUrl, (server.address() as AddressInfo).port, demo !== null)
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    await jobs?.close()
    const deadline = setTimeout(() => server.closeAllConnections(), 10_000)
    await closed
    clearTimeout(deadline)
    await idle()
    await close()
  }
})

function greet(publicUrl: string, port: number, demo: boolean): void {
  const lines = [`The procurement hub listens on port ${port}.`, '']
  if (demo)
    lines.push(
      `  Open            ${publicUrl}/`,
      `  Buyer simulator ${publicUrl}/demo/buyer`,
      `  Storefront      ${publicUrl}/demo/store`,
    )
  lines.push(
    `  API             ${publicUrl}/api/docs`,
    `  cXML            ${publicUrl}/cxml`,
    `  Ready?          ${publicUrl}/readyz`,
    '',
  )
  if (demo)
    lines.push('Demo data and demo secrets are on: for trying out only (HUB_DEMO=off turns them off). Ctrl-C ends.', '')
  console.log(lines.join('\n'))
}
