// Drop folders on SFTP servers: login, host key, servers without extensions, connections that break off at every request.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ErpConnector, ErpOrderDraft, Exchange } from '../../connectors/connector.ts'
import { flatFile } from '../../connectors/flat-file/flat-file.ts'
import { sftpFolder } from '../../connectors/flat-file/sftp-folder.ts'
import { hasSshd, type Ssh2Server, startSsh2Server, startSshd } from './sftp-server.ts'

let server: Ssh2Server
beforeAll(async () => {
  server = await startSsh2Server()
})
afterAll(() => server.stop())

function dropFolder(changes: Record<string, unknown> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'sftp-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const folder of ['in', 'out']) mkdirSync(join(root, folder))
  const { port, user, password, hostKey } = server
  const place = { kind: 'sftp', host: '127.0.0.1', port, user, password, hostKey, path: root, ...changes }
  const exchanges: Exchange[] = []
  const connector: ErpConnector = flatFile.connect(flatFile.config.parse({ place }), {
    now: () => new Date(),
    onExchange: (exchange) => exchanges.push(exchange),
  })
  onTestFinished(() => connector.close?.())
  return { root, connector, exchanges }
}

const draft: ErpOrderDraft = {
  customerNumber: '100042',
  purchaseOrderNumber: 'PO-1',
  channel: 'punchout',
  orderDate: '2026-01-31',
  currency: 'EUR',
  requestedDeliveryDate: null,
  shipTo: null,
  contact: null,
  comments: null,
  shippingAmount: null,
  lines: [],
}

const untilItWorks = async (work: () => Promise<unknown>): Promise<number> => {
  for (let failures = 0; failures < 20; failures++) {
    const error = await work().then(
      () => undefined,
      (thrown) => thrown,
    )
    if (error === undefined) return failures
    expect(error).toMatchObject({ name: 'ErpError', kind: 'unreachable' })
  }
  return expect.fail('it never worked')
}

describe('a login', () => {
  it('with the password works, over one connection for all', async () => {
    const before = server.logins
    const { connector } = dropFolder()
    expect(await connector.check()).toMatchObject({ ok: true })
    await Promise.all(['k1', 'k2', 'k3'].map((key) => connector.pushOrder?.(draft, key)))
    expect(server.logins - before).toBe(1)
  })

  it('with another password is unauthorised, without showing it', async () => {
    const { connector, exchanges } = dropFolder({ password: 'geheim-4711' })
    await expect(connector.pushOrder?.(draft, 'k1')).rejects.toMatchObject({ kind: 'unauthorised' })
    expect(await connector.check()).toMatchObject({ ok: false, message: expect.stringContaining('let the hub in') })
    expect(JSON.stringify(exchanges)).not.toContain('geheim-4711')
  })

  it('with a private key that is none is unauthorised', async () => {
    const { connector } = dropFolder({ password: undefined, privateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n' })
    await expect(connector.pushOrder?.(draft, 'k1')).rejects.toMatchObject({ kind: 'unauthorised' })
  })

  it('is not tried at a server that shows another host key', async () => {
    const before = server.logins
    const { connector } = dropFolder({ hostKey: `SHA256:${'A'.repeat(43)}` })
    const pushed = connector.pushOrder?.(draft, 'k1')
    const message = expect.stringContaining(`shows the host key ${server.hostKey}`)
    await expect(pushed).rejects.toMatchObject({ kind: 'unauthorised', message })
    expect(server.logins).toBe(before)
  })

  it('at a host that is not there is unreachable', async () => {
    const { connector } = dropFolder({ host: 'no-such-host.invalid' })
    await expect(connector.pushOrder?.(draft, 'k1')).rejects.toMatchObject({ kind: 'unreachable' })
  })

  it.runIf(hasSshd)("with a private key works at OpenSSH's sshd, and not with another one", async () => {
    const [sshd, other] = await Promise.all([startSshd(), startSshd()])
    onTestFinished(async () => {
      await Promise.all([sshd.stop(), other.stop()])
    })
    const { port, user, hostKey, privateKey } = sshd
    const known = { port, user, hostKey, password: undefined }
    expect(await dropFolder({ ...known, privateKey }).connector.check()).toMatchObject({ ok: true })
    const wrong = dropFolder({ ...known, privateKey: other.privateKey }).connector
    await expect(wrong.pushOrder?.(draft, 'k1')).rejects.toMatchObject({ kind: 'unauthorised' })
  })
})

describe('a connection that breaks off', () => {
  const kinds = ['OPEN', 'WRITE', 'CLOSE', 'STAT', 'LSTAT', 'RENAME', 'MKDIR', 'REALPATH'] as const

  it.for(kinds.flatMap((kind) => [[kind, 'before'] as const, [kind, 'after'] as const]))(
    'at any %s, %s it is done, leaves the order to be written once',
    async ([kind, when]) => {
      for (let nth = 1; nth <= 4; nth++) {
        const { root, connector } = dropFolder()
        let left = nth
        server.breakOff = (request) => (request === kind && --left === 0 ? when : undefined)
        onTestFinished(() => {
          server.breakOff = () => undefined
        })
        await untilItWorks(async () => connector.pushOrder?.(draft, 'k1'))
        expect(await connector.pushOrder?.(draft, 'k1')).toMatchObject({ created: false })
        expect(readdirSync(join(root, 'out'))).toEqual(['order-k1.json'])
        expect(JSON.parse(readFileSync(join(root, 'out/order-k1.json'), 'utf8')).onceKey).toBe('k1')
        expect(readdirSync(join(root, 'sent'))).toEqual(['order-k1.json'])
      }
    },
  )

  it.for([1, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37])(
    'at every %ith request leaves no record unread and no file in in/',
    async (every) => {
      const { root, connector } = dropFolder()
      for (let file = 0; file < 4; file++) {
        const rows = [1, 2, 3].map((n) => `${file}${n};Customer ${n}\n`)
        writeFileSync(join(root, 'in', `customers-${file}.csv`), `customerNumber;name\n${rows.join('')}`)
      }
      let requests = 0
      let breaks = 0
      server.breakOff = () => {
        requests++
        if (breaks >= 6 || requests % (every + 4) !== 0) return undefined
        breaks++
        return breaks % 2 ? 'before' : 'after'
      }
      onTestFinished(() => {
        server.breakOff = () => undefined
      })
      const seen = new Set<string>()
      let cursor: string | null = null
      const follow = async () => {
        for await (const page of connector.pull('customers', cursor, { pageSize: 2 })) {
          for (const record of page.records) seen.add(record.erpId)
          cursor = page.next
        }
      }
      await untilItWorks(follow)
      await untilItWorks(follow)
      expect([...seen].toSorted()).toEqual([0, 1, 2, 3].flatMap((file) => [1, 2, 3].map((n) => `${file}${n}`)))
      expect(breaks).toBeGreaterThan(0)
      expect(readdirSync(join(root, 'in'))).toEqual([])
      expect(readdirSync(join(root, 'archive/customers'))).toHaveLength(4)
    },
  )

  it('or that stalls is left after a while, and the next request works', async () => {
    const { root } = dropFolder()
    const { port, user, password, hostKey } = server
    const folder = sftpFolder({ host: '127.0.0.1', port, user, password, hostKey, path: root }, 100)
    onTestFinished(() => folder.close())
    onTestFinished(() => {
      server.breakOff = () => undefined
    })
    writeFileSync(join(root, 'in/x.csv'), 'a;b')
    expect(await folder.list('in')).toEqual(['x.csv'])
    server.breakOff = (request) => (request === 'READ' ? 'stall' : undefined)
    await expect(folder.read('in/x.csv')).rejects.toMatchObject({ name: 'ErpError', kind: 'unreachable' })
    server.breakOff = () => undefined
    expect((await folder.read('in/x.csv')).toString()).toBe('a;b')
  })

  it('is opened again by the next call', async () => {
    const { connector } = dropFolder()
    expect(await connector.check()).toMatchObject({ ok: true })
    const old = server
    await old.stop()
    await expect(connector.pushOrder?.(draft, 'k1')).rejects.toMatchObject({ kind: 'unreachable' })
    server = await startSsh2Server()
    expect(server.port).not.toBe(old.port)
    expect(await dropFolder().connector.check()).toMatchObject({ ok: true })
  })
})
