// Tryton: the connector contract against a real Tryton 6.0. Its orders are left as quotations there, so that its people can do all
// that the contract knows of; tryton-orders.test.ts is about those that the connector confirms.
import { describe } from 'vitest'
import type { StreamName, Surroundings } from '../../connectors/connector.ts'
import { tryton } from '../../connectors/tryton/tryton.ts'
import { type Break, describeConnector, type ErpUnderTest, type Mend } from './contract.ts'
import { makeOffice, sitDown } from './tryton/office.ts'
import { haveTryton, startTryton, world } from './tryton/server.ts'
import { startWire, type Weather } from './tryton/wire.ts'

async function setUp(surroundings: Surroundings): Promise<ErpUnderTest> {
  const server = await startTryton()
  const wire = await startWire(server.url)
  const clerk = await sitDown(server, 'clerk')
  const admin = await sitDown(server, 'admin')
  const office = makeOffice(clerk)
  const settings = { ...server.settings, url: wire.url, confirmOrders: false }
  const connect = (changes: Record<string, unknown> = {}) =>
    tryton.connect(tryton.config.parse({ ...settings, ...changes }), surroundings)

  const under = (weather: Weather) => async (): Promise<Mend> => {
    wire.weather = weather
    return () => {
      wire.weather = 'fair'
    }
  }
  const setPassword = (password: string) => admin.call('model.res.user.write', [hub], { password })
  const endSessions = () => server.sql(`DELETE FROM ir_session WHERE create_uid = ${hub}`)
  const hub = await makeOffice(admin).idOf('res.user', ['login', '=', 'hub'])
  const { password } = world.users.hub
  const breaks: Partial<Record<Break, () => Promise<Mend>>> = {
    unreachable: under('down'),
    garbage: under('garbage'),
    'lost-answer': under({ losesAnswerTo: 'model.sale.sale.create' }),
    async unauthorised() {
      await setPassword('another-Demo-2026')
      endSessions()
      return async () => {
        await setPassword(password)
        server.sql('DELETE FROM res_user_login_attempt')
      }
    },
    // Somebody tried passwords, and the session has ended.
    async throttled() {
      for (let tries = 0; tries < 6; tries++)
        server.sql(`INSERT INTO res_user_login_attempt (login, create_date) VALUES ('hub', '${soon()}')`)
      endSessions()
      return () => server.sql('DELETE FROM res_user_login_attempt')
    },
    // A right is taken away.
    async refused() {
      const model = await makeOffice(admin).idOf('ir.model', ['model', '=', 'party.party'])
      const none = { model, perm_read: false, perm_write: false, perm_create: false, perm_delete: false }
      const [id] = await admin.call<number[]>('model.ir.model.access.create', [none])
      return async () => void (await admin.call('model.ir.model.access.delete', [id]))
    },
  }

  const everyone = { ...clerk.context, active_test: false }
  const published: Partial<Record<StreamName, [model: string, ...domain: unknown[]]>> = {
    customers: ['party.party', ['categories.name', '=', world.customerCategory]],
    shipTos: ['party.address', ['party.categories.name', '=', world.customerCategory]],
    orders: ['sale.sale'],
    invoices: ['account.invoice', ['type', '=', 'out'], ['number', '!=', null]],
    openItems: ['account.move.line', ['account.type.receivable', '=', true]],
    balances: ['party.party', ['categories.name', '=', world.customerCategory]],
    creditLimits: ['party.party', ['categories.name', '=', world.customerCategory]],
  }
  return {
    connector: connect(),
    another: connect(),
    wrong: [
      { what: 'a database that is not there', connector: connect({ database: 'nodb' }), says: /no database "nodb"/ },
      { what: 'another company', connector: connect({ company: 'Somebody else' }), says: /works for "Demo Office/ },
      {
        what: 'an address where nobody is',
        connector: connect({ url: 'http://127.0.0.1:9' }),
        says: /can't be reached/,
      },
      {
        what: 'no Tryton at the address',
        connector: connect({ url: `${wire.url}/shop` }),
        says: /is the address right/i,
      },
      {
        what: 'a wrong password',
        connector: connect({ password: 'wrong-Password-1' }),
        says: /wrong user or password/,
      },
    ],
    customerNumber: '100042',
    otherCustomerNumber: '100077',
    currency: 'EUR',
    items: [
      { itemNumber: '00123', unitOfMeasure: 'BX', unitPrice: '10.50' },
      { itemNumber: 'CAFÉ-03', unitOfMeasure: 'KGM', unitPrice: '14.20' },
    ],
    people: {
      ...office,
      async ids(stream) {
        const [model, ...domain] = published[stream] ?? []
        if (!model) return undefined
        Object.assign(clerk.context, everyone)
        return (await office.idsOf(model, ...domain)).map(String)
      },
      break: breaks,
    },
    async close() {
      await wire.close()
      await server.remove()
    },
  }
}

/** Tryton's times are UTC, in SQLite as text. */
const soon = () => new Date().toISOString().replace('T', ' ').replace('Z', '000')

describe.runIf(haveTryton())('Tryton', () => {
  const right = { url: 'https://tryton.example', database: 'hub', user: 'hub', password: 'secret' }
  describeConnector('tryton', setUp, {
    definition: tryton,
    config: right,
    wrongConfigs: [
      { field: 'url', config: { ...right, url: 'tryton.example' } },
      { field: 'url', config: { ...right, url: 'https://hub:secret@tryton.example' } },
      { field: 'database', config: { ...right, database: 'a/b' } },
      { field: 'password', config: { ...right, password: '' } },
      { field: 'warnings', config: { ...right, warnings: 'maybe' } },
    ],
    secrets: [world.users.hub.password],
  })
})
