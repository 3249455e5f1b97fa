// What an ERP admin does over HTTP: connect, check, watch, read now, pause, nudge; and that no secret ever comes back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { CONFIG_PURPOSE } from '../../src/erp/erp-connection.ts'
import { open } from '../../src/secrets.ts'
import { type Scope, scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient } from '../../src/storefronts/storefront-store.ts'
import { adminAuthorization, api } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)

beforeAll(async () => {
  hub = await startTestHub({ demo: false, jobs: true, erp: { name: 'connections-demo' } })
})
afterAll(() => hub?.close())

const erpOf = (name: string) => memoryErp({ name }, () => new Date())
/** Read only when asked. */
const never = Object.fromEntries(
  ['customers', 'shipTos', 'prices', 'orders', 'shipments', 'invoices', 'openItems', 'balances', 'creditLimits'].map(
    (stream) => [stream, null],
  ),
)

async function connect(name: string, change: object = {}) {
  const { status, body } = await admin('POST', '/api/v1/connections', {
    name,
    connector: 'memory',
    config: { name },
    settings: { schedule: never },
    ...change,
  })
  expect({ status, body }).toMatchObject({ status: 201 })
  return body
}

const sftp = {
  kind: 'sftp',
  host: '127.0.0.1',
  port: 1,
  user: 'hub',
  password: 'geheim-1',
  hostKey: `SHA256:${'A'.repeat(43)}`,
}

describe('connectors', () => {
  it('are listed with what they can do and what they need to know', async () => {
    const { status, body } = await admin('GET', '/api/v1/connectors')
    expect(status).toBe(200)
    expect(body.map((c: { id: string }) => c.id)).toEqual(Object.keys(hub.hub.connectors))
    const memory = body.find((c: { id: string }) => c.id === 'memory')
    expect(memory).toMatchObject({
      capabilities: { pushOrder: true, streams: expect.arrayContaining(['orders']) },
      config: { type: 'object', properties: { autopilot: { type: 'boolean', default: false } } },
    })
    expect(JSON.stringify(body)).toMatch(/"password":\{[^}]*"writeOnly":true/)
  })

  it('try settings that are not saved, in words', async () => {
    const check = (connector: string, body: object) => admin('POST', `/api/v1/connectors/${connector}/check`, body)
    expect(await check('memory', { config: { name: 'unsaved' } })).toMatchObject({
      status: 200,
      body: { ok: true, steps: [{ ok: true }] },
    })
    const unreachable = await check('flat-file', { config: { place: sftp } })
    expect(unreachable).toMatchObject({ status: 200, body: { ok: false, message: expect.any(String) } })
    expect(JSON.stringify(unreachable.body)).not.toContain('geheim')
    const wrong = await check('memory', { config: { name: 'Not So', colour: 'red' } })
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'invalid_input' } } })
    expect(wrong.body.error.details.map((d: { field: string }) => d.field)).toContain('config.name')
    expect((await check('nope', { config: {} })).body.error.message).toMatch(/must be one of .*memory/)
  })
})

describe('a connection', () => {
  it('has its settings checked field by field', async () => {
    const answer = await admin('POST', '/api/v1/connections', {
      name: 'wrong',
      connector: 'flat-file',
      config: { place: { ...sftp, hostKey: 'whatever', password: undefined } },
    })
    expect(answer.status).toBe(400)
    expect(answer.body.error.details).toEqual([
      { field: 'config.place.hostKey', message: expect.stringContaining('SHA256') },
      { field: 'config.place.password', message: 'a password or a private key' },
    ])
    const noConnector = await admin('POST', '/api/v1/connections', { name: 'x', connector: 'constructor', config: {} })
    expect(noConnector.body.error.details).toMatchObject([{ field: 'connector' }])
  })

  it('shows whether secrets are set, never what they are, and keeps those that a change leaves out', async () => {
    const made = await connect('files', { connector: 'flat-file', config: { place: sftp }, status: 'paused' })
    const { password, ...shownPlace } = sftp
    expect(made).toMatchObject({
      config: { place: shownPlace },
      secrets: [
        { field: 'place.password', set: true },
        { field: 'place.privateKey', set: false },
        { field: 'place.passphrase', set: false },
      ],
      version: 1,
      health: { state: 'unknown' },
    })
    const path = `/api/v1/connections/${made.id}`
    const stored = async () => {
      const row = await hub.hub.db('erp_connections').where({ id: made.id }).first()
      expect(row.sealed_config.includes(Buffer.from('geheim'))).toBe(false)
      return JSON.parse(open(hub.hub.keys, CONFIG_PURPOSE, row.sealed_config).toString())
    }
    expect(await stored()).toEqual({ place: sftp })

    const moved = await admin('PATCH', path, {
      version: 1,
      config: { place: { ...shownPlace, user: 'other' } },
    })
    expect(moved).toMatchObject({ status: 200, body: { version: 2, config: { place: { user: 'other' } } } })
    expect(await stored()).toEqual({ place: { ...sftp, user: 'other' } })
    const replaced = await admin('PATCH', path, { version: 2, config: { place: { ...shownPlace, password: 'neu-2' } } })
    expect(replaced.status).toBe(200)
    expect(await stored()).toEqual({ place: { ...sftp, password: 'neu-2' } })
    const emptied = await admin('PATCH', path, { version: 3, config: { place: { ...shownPlace, password: null } } })
    expect(emptied).toMatchObject({ status: 400, body: { error: { details: [{ field: 'config.place.password' }] } } })
    const folder = await admin('PATCH', path, { version: 3, config: { place: { kind: 'folder', path: '/srv/erp' } } })
    expect(folder.body).toMatchObject({ secrets: [], config: { place: { kind: 'folder', path: '/srv/erp' } } })
    expect(JSON.stringify([made, moved, replaced, emptied, folder])).not.toMatch(/geheim|neu-2/)
  })

  it('is checked with the saved secrets while its form is changed', async () => {
    const { id } = await connect('files 2', { connector: 'flat-file', config: { place: sftp }, status: 'paused' })
    const { password: _, ...shownPlace } = sftp
    const check = (body: object) => admin('POST', '/api/v1/connectors/flat-file/check', body)
    expect(await check({ config: { place: shownPlace }, connectionId: id })).toMatchObject({
      status: 200,
      body: { ok: false },
    })
    expect((await check({ config: { place: shownPlace } })).status).toBe(400)
  })

  it('changes by version, and keeps its name for itself', async () => {
    const one = await connect('one', { status: 'paused' })
    await connect('two', { status: 'paused' })
    const path = `/api/v1/connections/${one.id}`
    expect((await admin('PATCH', path, { version: 1, settings: { schedule: { orders: 30 } } })).body).toMatchObject({
      version: 2,
      name: 'one',
      settings: { schedule: { orders: 30 }, createAccounts: true },
    })
    expect((await admin('PATCH', path, { version: 1, name: 'uno' })).body.error.code).toBe('conflict')
    expect((await admin('PATCH', path, { version: 2, name: 'two' })).body.error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('"two"'),
    })
    const again = await admin('POST', '/api/v1/connections', { name: 'two', connector: 'memory', config: {} })
    expect(again.status).toBe(409)
    expect(
      (await admin('PATCH', path, { version: 2, settings: { schedule: { orders: 1 } } })).body.error,
    ).toMatchObject({ details: [{ field: 'settings.schedule.orders' }] })
  })

  it('says in words whether it works, and a success ends the rest after failures', async () => {
    const { id } = await connect('checked')
    const path = `/api/v1/connections/${id}`
    erpOf('checked').faults.add({ kind: 'unauthorised', on: 'check' })
    expect((await admin('POST', `${path}/check`)).body).toMatchObject({
      ok: false,
      message: expect.stringContaining('Check user and password'),
    })
    const resting = { failures: 7, closed_until: new Date(Date.now() + 600_000), last_error: 'no route to host' }
    await hub.hub.db('erp_connections').where({ id }).update(resting)
    expect((await admin('GET', path)).body.health).toMatchObject({
      state: 'resting',
      failures: 7,
      lastError: 'no route to host',
      restsUntil: resting.closed_until.toISOString(),
    })
    expect((await admin('POST', `${path}/check`)).body).toMatchObject({ ok: true })
    expect((await admin('GET', path)).body.health).toMatchObject({ state: 'well', failures: 0, restsUntil: null })
  })

  it('is removed when nothing hangs on it, with what waited for it; else it can be paused', async () => {
    const { id } = await connect('short-lived')
    const path = `/api/v1/connections/${id}`
    await admin('POST', `${path}/pause`)
    await hub.hub.db.raw(
      `INSERT INTO job_runs (id, job, queue, payload, subject_id, seller_id)
       SELECT gen_random_uuid(), 'sync-stream', ?, ?, ?, ?`,
      [`erp-${id}`, JSON.stringify({ connectionId: id, stream: 'orders' }), id, demoIds.seller],
    )
    expect((await admin('DELETE', path)).status).toBe(204)
    expect((await admin('GET', path)).status).toBe(404)
    expect((await admin('GET', `/api/v1/jobs?queue=erp-${id}`)).body.items).toMatchObject([
      { state: 'discarded', discardReason: 'the connection was removed', discardedBy: 'demo-admin' },
    ])
    const used = await connect('used')
    await hub.hub.db('accounts').where({ id: demoIds.account }).update({ erp_connection_id: used.id })
    const refused = await admin('DELETE', `/api/v1/connections/${used.id}`)
    expect(refused).toMatchObject({ status: 409, body: { error: { message: expect.stringContaining('pause it') } } })
    expect(refused.body.error.message).toContain('company accounts')
    await hub.hub.db('accounts').where({ id: demoIds.account }).update({ erp_connection_id: null })
  })
})

describe('reading an ERP', () => {
  const streamOf = async (id: string, stream: string) => {
    const { body } = await admin('GET', `/api/v1/connections/${id}/streams`)
    return body.find((s: { stream: string }) => s.stream === stream)
  }

  it('is asked for, watched while it goes on, and seen when it is done', async () => {
    const { id } = await connect('watched')
    const erp = erpOf('watched')
    expect(await streamOf(id, 'customers')).toMatchObject({
      everySeconds: null,
      readAt: null,
      lagSeconds: null,
      records: 0,
      run: null,
    })
    erp.faults.add({ kind: 'slow', on: 'pull:customers', milliseconds: 3000 })
    const asked = await admin('POST', `/api/v1/connections/${id}/sync`, { streams: ['customers'] })
    expect(asked).toMatchObject({ status: 202, body: { runs: [{ stream: 'customers', id: expect.any(String) }] } })
    const [{ id: run }] = asked.body.runs
    await expect
      .poll(() => streamOf(id, 'customers'), { timeout: 15_000 })
      .toMatchObject({ run: { id: run, state: 'active' } })
    await expect
      .poll(() => streamOf(id, 'customers'), { timeout: 15_000 })
      .toMatchObject({
        run: null,
        records: erp.count('customers'),
        stale: false,
        lastError: null,
        cursorAt: expect.any(String),
      })
    const done = await streamOf(id, 'customers')
    expect(done.lagSeconds).toBeLessThan(60)
    expect((await admin('GET', `/api/v1/jobs/${run}`)).body).toMatchObject({
      state: 'done',
      about: { connection: { id, name: 'watched' } },
    })
  })

  it('shows why it failed, and when it is tried again', async () => {
    const { id } = await connect('failing')
    erpOf('failing').faults.add({ kind: 'unreachable', on: 'pull:prices', words: 'the line is dead' })
    await admin('POST', `/api/v1/connections/${id}/sync`, { streams: ['prices'] })
    await expect
      .poll(() => streamOf(id, 'prices'), { timeout: 15_000 })
      .toMatchObject({
        stale: true,
        lastError: 'the line is dead',
        run: { state: 'retrying', attempts: 1, error: 'the line is dead', runAt: expect.any(String) },
      })
    expect((await admin('GET', `/api/v1/connections/${id}`)).body.health).toMatchObject({
      state: 'failing',
      failures: 1,
      lastError: 'the line is dead',
    })
  })

  it('is not asked for while paused, nor for what the ERP does not have', async () => {
    const { id } = await connect('halted')
    const path = `/api/v1/connections/${id}`
    expect((await admin('POST', `${path}/pause`)).body.status).toBe('paused')
    expect((await admin('POST', `${path}/pause`)).body).toMatchObject({ status: 'paused', version: 2 })
    expect((await admin('POST', `${path}/sync`, {})).body.error.code).toBe('wrong_state')
    expect((await admin('POST', `${path}/resume`)).body.status).toBe('active')
    expect((await admin('POST', `${path}/sync`, { streams: ['weather'] })).status).toBe(400)
    const files = await connect('files 3', {
      connector: 'flat-file',
      config: { place: { kind: 'folder', path: '/x' } },
    })
    const { streams } = hub.hub.connectors['flat-file']?.capabilities ?? { streams: [] }
    const all = await admin('POST', `/api/v1/connections/${files.id}/sync`, {})
    expect(all.body.runs.map((r: { stream: string }) => r.stream)).toEqual(streams)
  })
})

describe('a nudge', () => {
  const nudge = (id: string, query = '', authorization = '') =>
    fetch(`${hub.url}/api/v1/erp/${id}/nudge${query}`, {
      method: 'POST',
      headers: authorization ? { Authorization: authorization } : {},
      body: 'whatever the ERP says',
    })
  const runsOf = async (id: string) =>
    Number((await hub.hub.db('job_runs').where({ subject_id: id }).count({ n: '*' }).first())?.n)

  it('is let in by its secret as bearer or token, or by a client that may', async () => {
    const { id, nudge: told } = await connect('nudged')
    expect(told).toEqual({ url: `${hub.url}/api/v1/erp/${id}/nudge`, secretSet: false })
    expect((await nudge(id)).status).toBe(401)
    expect((await nudge(id, '?token=nudge_guess')).status).toBe(401)
    const { secret } = (await admin('POST', `/api/v1/connections/${id}/nudge-secret`)).body
    const named = '?streams=orders,shipments'
    const answer = await nudge(id, named, `Bearer ${secret}`)
    expect([answer.status, await answer.json()]).toEqual([202, { streams: ['orders', 'shipments'] }])
    expect((await nudge(id, `?token=${secret}`)).status).toBe(202)
    expect((await nudge(id, named, adminAuthorization)).status).toBe(202)
    expect((await nudge(id, '?streams=weather', `Bearer ${secret}`)).status).toBe(400)
    const other = await connect('nudged-too')
    expect((await nudge(other.id, '', `Bearer ${secret}`)).status).toBe(401)
    expect((await nudge('not-an-id', '', `Bearer ${secret}`)).status).toBe(401)
    const shown = (await admin('GET', `/api/v1/connections/${id}`)).body
    expect(shown.nudge.secretSet).toBe(true)
    expect(JSON.stringify(shown)).not.toContain(secret)

    const { secret: next } = (await admin('POST', `/api/v1/connections/${id}/nudge-secret`)).body
    expect((await nudge(id, named, `Bearer ${secret}`)).status).toBe(401)
    expect((await nudge(id, named, `Bearer ${next}`)).status).toBe(202)
    expect((await admin('DELETE', `/api/v1/connections/${id}/nudge-secret`)).status).toBe(204)
    expect((await nudge(id, named, `Bearer ${next}`)).status).toBe(401)
    await admin('POST', `/api/v1/connections/${id}/pause`)
    expect((await nudge(id, named, adminAuthorization)).status).toBe(409)
  })

  it('reads what is new at once, and a hundred of them are few readings', async () => {
    const { id } = await connect('busy')
    const { secret } = (await admin('POST', `/api/v1/connections/${id}/nudge-secret`)).body
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => nudge(id, '?streams=customers', `Bearer ${secret}`)),
    )
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([202]))
    expect(await runsOf(id)).toBeLessThanOrEqual(3)
    const customers = async () =>
      Number((await hub.hub.db('erp_customers').where({ connection_id: id }).count({ n: '*' }).first())?.n)
    await expect.poll(customers, { timeout: 15_000 }).toBe(erpOf('busy').count('customers'))
  })
})

describe('another seller', () => {
  it('sees and touches none of it', async () => {
    const { id } = await connect('ours', { status: 'paused' })
    const { hub: h } = hub
    const sellerId = h.newId()
    await h.db('sellers').insert({ id: sellerId, name: 'Rival', created_at: new Date() })
    const secret = h.newToken()
    const scopes: Scope[] = scopeNames
    await insertClient(
      h.db,
      { id: h.newId(), sellerId, storefrontId: null, clientId: 'rival-erp', scopes, demo: false },
      secret,
      h.now(),
    )
    const authorization = `Basic ${Buffer.from(`rival-erp:${secret}`).toString('base64')}`
    const rival = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, authorization)
    expect((await rival('GET', '/api/v1/connections')).body.items).toEqual([])
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { version: 1, name: 'mine' }],
      ['DELETE', '', undefined],
      ['POST', '/check', undefined],
      ['POST', '/pause', undefined],
      ['POST', '/resume', undefined],
      ['GET', '/streams', undefined],
      ['POST', '/sync', {}],
      ['POST', '/nudge-secret', undefined],
      ['DELETE', '/nudge-secret', undefined],
    ] as const)
      expect((await rival(method, `/api/v1/connections/${id}${path}`, body)).status, `${method} ${path}`).toBe(404)
    expect((await rival('POST', `/api/v1/erp/${id}/nudge`)).status).toBe(404)
    const borrowed = { config: { name: 'x' }, connectionId: id }
    expect((await rival('POST', '/api/v1/connectors/memory/check', borrowed)).status).toBe(404)
  })
})
