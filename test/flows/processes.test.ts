// The hub as a process: killed in the middle of a session, started with wrong settings, on a taken port, in production.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { api, open, pens, postCxml, setupRequest, storeAuthorization, takeBack } from '../support/buyer.ts'
import { type Child, type Compiled, compileTree, startChild } from '../support/child.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let compiled: Compiled
let database: TestDatabase
let dataDir: string
let port: number
const children: Child[] = []

beforeAll(async () => {
  compiled = await compileTree()
  database = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'hub-test-process-'))
  port = await freePort()
})
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill()
})
afterAll(async () => {
  await compiled?.remove()
  await database?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

function start(env: Record<string, string> = {}, program = 'src/server.js'): Child {
  const child = startChild(compiled, program, [], {
    env: { DATABASE_URL: database.url, HUB_DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'warn', ...env },
  })
  children.push(child)
  return child
}

const url = () => `http://127.0.0.1:${port}`

async function startHub(): Promise<Child> {
  const child = start()
  await child.line('The procurement hub listens')
  return child
}

describe('a hub killed with -9 in the middle of a session', () => {
  it('loses nothing: link, code, session and cart work after each restart', async () => {
    let hub = await startHub()
    const again = async () => {
      await hub.kill()
      hub = await startHub()
    }
    const body = setupRequest({ payloadID: 'restart@buyer.example' })
    const first = await postCxml(url(), body)
    await again()
    expect((await postCxml(url(), body)).text).toBe(first.text)
    const start = await open(first.startPage as string)
    expect(start.status).toBe(303)
    await again()
    const code = new URL(start.location ?? '').searchParams.get('code')
    const { body: session } = await api(url(), 'POST', '/api/v1/punchout/exchange', { code })
    await again()
    const returned = await api(url(), 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] })
    expect(returned.status).toBe(200)
    await again()
    const { order } = await takeBack(returned.body.continueUrl)
    expect(order.items.map((i) => i.itemID.supplierPartID)).toEqual(['00123'])
  })
})

describe('the end', () => {
  it('answers what is under way, then goes: SIGTERM loses no request', async () => {
    const hub = await startHub()
    const answers = Array.from({ length: 40 }, () => postCxml(url(), setupRequest()))
    await answers[0]
    hub.process.kill('SIGTERM')
    const settled = await Promise.allSettled(answers)
    // Those not yet connected may be refused; none that was taken may break.
    for (const result of settled)
      if (result.status === 'fulfilled') expect(result.value.status.code).toBe('200')
      else
        expect(String((result.reason as Error & { cause?: unknown }).cause)).toMatch(/ECONNREFUSED|ECONNRESET|closed/)
    await hub.ended
    expect(hub.process.exitCode).toBe(0)
    expect(hub.lines.filter((l) => l.includes('request failed'))).toEqual([])
  })
})

describe('a start that cannot work', () => {
  it('says which port is taken and what to do', async () => {
    const taken = await listen()
    const child = start({ PORT: String((taken.address() as { port: number }).port) })
    await child.ended
    taken.close()
    expect(child.process.exitCode).toBe(1)
    expect(child.lines.join('\n')).toMatch(/Port \d+ is taken\. .*PORT=\d+ npm start/)
    expect(child.lines.join('\n')).not.toContain('    at ')
  })

  it('names every wrong setting', async () => {
    const child = start({ PORT: 'eighty', HUB_KEY: 'short' })
    await child.ended
    expect(child.lines.join('\n')).toMatch(/PORT must be a port number[\s\S]*HUB_KEY must be 32 random bytes/)
    expect(child.process.exitCode).toBe(1)
  })

  it('says that the database does not answer', async () => {
    const child = start({ DATABASE_URL: 'postgres://hub:secret-password@127.0.0.1:1/hub' })
    await child.ended
    expect(child.lines.join('\n')).toContain('The database does not answer')
    expect(child.lines.join('\n')).not.toContain('secret-password')
  })

  it('says that the key is not the one the database was sealed with', async () => {
    await (await startHub()).kill()
    const child = start({ HUB_KEY: Buffer.alloc(32, 9).toString('base64') })
    await child.ended
    expect(child.lines.join('\n')).toContain('is not the key this database was sealed with')
  })
})

describe('production', () => {
  it('refuses the demo’s secrets, pages and clients', async () => {
    await (await startHub()).kill()
    const key = { HUB_KEY: (await import('node:fs')).readFileSync(join(dataDir, 'hub.key'), 'utf8').trim() }
    const hub = start({ NODE_ENV: 'production', PUBLIC_URL: 'https://hub.example', ...key })
    await hub.line('The procurement hub listens')
    expect((await postCxml(url(), setupRequest())).status.code).toBe('401')
    expect((await api(url(), 'GET', '/api/v1/punchout/sessions', undefined, storeAuthorization)).status).toBe(401)
    const form = new URLSearchParams({ HOOK_URL: 'https://buyer.example/x', USERNAME: 'demo', PASSWORD: 'demo-secret' })
    expect((await open(`${url()}/oci/almere-sap`, { method: 'POST', body: form })).status).toBe(401)
    expect((await open(`${url()}/demo/buyer`)).status).toBe(404)
  })
})

describe('npm run worker', () => {
  it('takes jobs in processes of its own, several at once, and ends on SIGTERM', async () => {
    const hub = start({ HUB_WORKER: 'off' })
    await hub.line('The procurement hub listens')
    const workers = [start({}, 'src/worker.js'), start({}, 'src/worker.js')]
    for (const worker of workers) await worker.line('Worker ')
    for (const worker of workers) worker.process.kill('SIGTERM')
    for (const worker of workers) {
      await worker.ended
      expect(worker.process.exitCode).toBe(0)
    }
  })
})

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
  })
}

async function freePort(): Promise<number> {
  const server = await listen()
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
