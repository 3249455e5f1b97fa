// Mails against a real SMTP server (RFC 5321), npm smtp-server on loopback: delivered once, refused, and a server that is down.
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sendMailJob } from '../../jobs/send-mail.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/credentials.ts'
import { findMail } from '../../src/mail/mail-store.ts'
import { type NewMail, sendMail } from '../../src/mail/send-mail.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const received: string[] = []
let smtp: SMTPServer
let site: TestHub

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const error = Object.assign(new Error('5.1.1 no such mailbox here'), { responseCode: 550 })
      done(address.startsWith('nobody@') ? error : null)
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push(Buffer.concat(chunks).toString())
        done()
      })
    },
  })
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const { port } = smtp.server.address() as AddressInfo
  const env = { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'Demo hub <hub@demo.example>' }
  site = await startTestHub({ demo: false, jobs: true, env })
})
afterAll(async () => {
  await site?.close()
  await new Promise<void>((resolve) => smtp.close(resolve))
})

const mail: NewMail = {
  sellerId: demoIds.seller,
  to: 'ada@almere.example',
  subject: 'Two\r\nBcc: all@example.org lines',
  text: 'The link is https://hub.example/secret-link',
  about: 'test',
}
const send = (change: Partial<NewMail> = {}) =>
  site.hub.db.transaction((trx) => sendMail(trx, site.hub.keys, { ...mail, ...change }, stampOf(site.hub)))
const read = async (id: string) => findMail(site.hub.db, site.hub.keys, id)
const settled = (id: string, state: string) =>
  vi.waitFor(async () => expect((await read(id))?.state).toBe(state), { timeout: 15_000, interval: 100 })

describe('a mail', () => {
  it('is delivered once, with no further header from its subject, and lies sealed in the database', async () => {
    const id = await send()
    await settled(id, 'sent')
    const context = { id, attempt: 1, signal: new AbortController().signal, progress: async () => {} }
    await sendMailJob.run(site.hub, { mailId: id }, context)
    expect(received).toHaveLength(1)
    expect(received[0]).toContain(`Message-ID: <${id}@demo.example>`)
    expect(received[0]).toContain('secret-link')
    expect(received[0]).not.toMatch(/^Bcc:/m)
    const rows = await site.hub.db('mails').where({ id })
    expect(rows[0].sealed_body.toString('latin1')).not.toContain('secret-link')
  })

  it('to an address the server refuses is a dead job that says why', async () => {
    const id = await send({ to: 'nobody@almere.example' })
    await settled(id, 'refused')
    const run = await vi.waitFor(
      async () => {
        const row = await site.hub.db('job_runs').where({ job: 'send-mail', state: 'dead' }).first()
        expect(row).toBeDefined()
        return row
      },
      { timeout: 15_000, interval: 100 },
    )
    expect(run.error_kind).toBe('refused')
    expect(JSON.stringify(run)).toContain('no such mailbox here')
    expect(JSON.stringify(run)).not.toContain('secret-link')
  })

  it('of a transaction that rolls back was never there', async () => {
    const before = await site.hub.db('mails').count('* as n').first()
    const failing = site.hub.db.transaction(async (trx) => {
      await sendMail(trx, site.hub.keys, mail, stampOf(site.hub))
      throw new Error('changed its mind')
    })
    await expect(failing).rejects.toThrow('changed its mind')
    expect(await site.hub.db('mails').count('* as n').first()).toEqual(before)
  })

  it('waits while the server is down, to be tried again', async () => {
    const { port } = smtp.server.address() as AddressInfo
    await new Promise<void>((resolve) => smtp.close(resolve))
    const id = await send()
    const waiting = async () => {
      const found = await read(id)
      expect(found).toMatchObject({ state: 'waiting' })
      expect(found?.error).toContain('just now')
    }
    await vi.waitFor(waiting, { timeout: 15_000, interval: 100 })
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        stream.resume()
        stream.on('end', () => done())
      },
    })
    await new Promise<void>((resolve) => smtp.listen(port, '127.0.0.1', resolve))
    await settled(id, 'sent')
  })
})
