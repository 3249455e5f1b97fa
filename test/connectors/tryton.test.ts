// Tryton: the connector contract against a real Tryton 6.0, in both ways of taking an order.
import { describe } from 'vitest'
import type { StreamName, Surroundings } from '../../connectors/connector.ts'
import { tryton } from '../../connectors/tryton/tryton.ts'
import { describeConnector, type ErpUnderTest } from './contract.ts'
import { makeOffice, sitDown } from './tryton/office.ts'
import { haveTryton, startTryton, world } from './tryton/server.ts'

async function setUp(surroundings: Surroundings, more: Record<string, unknown>): Promise<ErpUnderTest> {
  const server = await startTryton()
  const office = makeOffice(await sitDown(server, 'clerk'))
  const connect = (changes: Record<string, unknown> = {}) =>
    tryton.connect(tryton.config.parse({ ...server.settings, ...more, ...changes }), surroundings)
  const { deleteOrder, ...people } = office
  return {
    connector: connect(),
    another: connect(),
    customerNumber: '100042',
    otherCustomerNumber: '100077',
    currency: 'EUR',
    items: [
      { itemNumber: '00123', unitOfMeasure: 'BX', unitPrice: '10.50' },
      { itemNumber: 'CAFÉ-03', unitOfMeasure: 'KGM', unitPrice: '14.20' },
    ],
    people: { ...people, ...(more.confirmOrders === false && { deleteOrder }) },
    close: () => server.remove(),
  }
}

const options = {
  definition: tryton,
  config: { url: 'https://tryton.example', database: 'hub', user: 'hub', password: 'secret' },
  wrongConfigs: [
    { field: 'url', config: { url: 'tryton.example', database: 'hub', user: 'hub', password: 'secret' } },
    { field: 'database', config: { url: 'https://tryton.example', database: 'a/b', user: 'hub', password: 'secret' } },
    { field: 'password', config: { url: 'https://tryton.example', database: 'hub', user: 'hub' } },
    {
      field: 'warnings',
      config: { url: 'https://tryton.example', database: 'hub', user: 'hub', password: 'secret', warnings: 'maybe' },
    },
  ],
  secrets: [world.users.hub.password],
}

describe.runIf(haveTryton())('Tryton', () => {
  describeConnector('tryton, orders left as quotations', (s) => setUp(s, { confirmOrders: false }), options)
  describeConnector('tryton, orders confirmed', (s) => setUp(s, {}), options)
})
