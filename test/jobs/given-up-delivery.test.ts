// A delivery whose job died of its worker is given up where people see it, and holds up nothing that comes after it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { insertDelivery } from '../../src/documents/delivery-store.ts'
import { insertDocument } from '../../src/documents/document-store.ts'
import { enqueue } from '../../src/queue/outbox.ts'
import { until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let site: TestHub
beforeAll(async () => {
  site = await startTestHub({ demo: false, jobs: true })
})
afterAll(() => site?.close())

it('a delivery whose workers died in every attempt is given up, in words', async () => {
  const { db, keys, newId, now } = site.hub
  const [id, documentId] = [newId(), newId()]
  const whose = { sellerId: demoIds.seller, partnerId: demoIds.cxmlPartner, orderId: null }
  const message = { ...whose, id: documentId, direction: 'out', protocol: 'cxml', kind: 'ConfirmationRequest' } as const
  await db.transaction(async (trx) => {
    await insertDocument(trx, keys, { ...message, contentType: 'text/xml', bytes: Buffer.from('<cXML/>') }, now())
    const telling = { kind: 'ConfirmationRequest', subjectId: newId(), telling: 'first', way: 'post' } as const
    await insertDelivery(trx, { ...whose, ...telling, id, documentId }, now())
    const run = await enqueue(trx, 'deliver-document', { deliveryId: id })
    await trx('job_runs').where({ id: run }).update({ attempts: 12 })
  })
  const delivery = await until('it to be given up', () => db('deliveries').where({ id, state: 'given-up' }).first())
  expect(delivery.status_text).toContain('the worker died')
  expect(await db('job_runs').where({ subject_id: id }).first()).toMatchObject({ state: 'dead', error_kind: 'crashed' })
})
