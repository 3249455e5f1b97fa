// SAP S/4HANA against the served OData V2: the connector contract, and what is SAP's own: CSRF, ETags, paging, ship-to parties.
import { afterAll, beforeAll, describe } from 'vitest'
import type { Surroundings } from '../../connectors/connector.ts'
import { sapS4 } from '../../connectors/sap-s4/sap-s4.ts'
import { describeConnector } from './contract.ts'
import { customers, enterMasterData, s4People } from './s4-odata/people.ts'
import { haveS4, type S4Server, s4User, startS4 } from './s4-odata/server.ts'

const settings = {
  login: { method: 'password', ...s4User },
  salesOrganization: '1010',
  purchaseOrderTypeChannels: { PUNC: 'punchout', WEB: 'web', DFUE: 'edi' },
  orderTypeChannels: { TA: 'phone' },
  pageSize: 5,
}
const connectTo = (url: string, surroundings: Surroundings, changes: object = {}) =>
  sapS4.connect(sapS4.config.parse({ url, ...settings, ...changes }), surroundings)

describe.runIf(haveS4())('SAP S/4HANA, served', () => {
  let s4: S4Server
  beforeAll(async () => {
    s4 = await startS4()
  })
  afterAll(() => s4?.close())

  describeConnector(
    'sap-s4',
    async (surroundings) => {
      await s4.reset()
      await enterMasterData(s4)
      return {
        connector: connectTo(s4.url, surroundings),
        another: connectTo(s4.url, surroundings),
        wrong: [
          {
            what: 'a wrong password',
            connector: connectTo(s4.url, surroundings, {
              login: { method: 'password', user: 'HUB', password: 'wr0ng-pw' },
            }),
            says: /401.*password/i,
          },
          { what: 'no SAP', connector: connectTo('http://127.0.0.1:9', surroundings), says: /can't be reached/ },
          {
            what: 'a sales area nobody buys in',
            connector: connectTo(s4.url, surroundings, { salesOrganization: '9999' }),
            says: /no customer in sales area 9999/,
          },
        ],
        customerNumber: customers.hospital,
        otherCustomerNumber: customers.library,
        currency: 'EUR',
        items: [
          { itemNumber: '00123', unitOfMeasure: 'EA', unitPrice: '10.00' },
          { itemNumber: 'CAF-03', unitOfMeasure: 'KGM', unitPrice: '10' },
        ],
        people: s4People(s4),
        close: async () => {},
      }
    },
    {
      definition: sapS4,
      config: { url: 'https://s4.example', ...settings },
      wrongConfigs: [
        { field: 'url', config: { url: 's4.example', ...settings } },
        {
          field: 'login.user',
          config: { url: 'https://s4.example', ...settings, login: { method: 'password', password: 'x' } },
        },
        { field: 'client', config: { url: 'https://s4.example', ...settings, client: '1' } },
        { field: 'salesOrg', config: { url: 'https://s4.example', ...settings, salesOrg: '1010' } },
      ],
      secrets: ['wr0ng-pw', s4User.password],
    },
  )
})
