// Files in a folder: the connector contract, over JSON in a local folder and over a German ERP's CSV on an SFTP server.
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Surroundings } from '../../connectors/connector.ts'
import { flatFile } from '../../connectors/flat-file/flat-file.ts'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { describeConnector, type ErpUnderTest } from './contract.ts'
import { type FileStyle, germanCsv, makeOffice, plainJson } from './flat-file-office.ts'
import { hasSshd, type SftpServer, startSsh2Server, startSshd } from './sftp-server.ts'

const noKey = `SHA256:${'A'.repeat(43)}`

/** `placeOf` gives the setting `place` for a folder. */
async function setUp(
  surroundings: Surroundings,
  style: FileStyle,
  placeOf: (path: string) => Record<string, unknown>,
  wrong: ErpUnderTest['wrong'],
): Promise<ErpUnderTest> {
  const root = mkdtempSync(join(tmpdir(), 'flat-file-'))
  const erp = memoryErp({ name: `office-${root.split('-').at(-1)?.toLowerCase()}` }, surroundings.now)
  const office = makeOffice(root, erp, style)
  const { encoding, delimiter, decimalComma } = style
  const dates = style.germanDates ? 'dd.mm.yyyy' : 'yyyy-mm-dd'
  const connect = () =>
    flatFile.connect(
      flatFile.config.parse({
        place: placeOf(root),
        orderFiles: style.type,
        format: { encoding, delimiter, decimalComma, dates },
      }),
      surroundings,
    )
  const [connector, another] = [connect(), connect()]
  /** Lays down what it did. */
  const done = async <T>(result: T): Promise<T> => {
    await office.work()
    return result
  }
  await office.work()
  return {
    connector,
    another,
    wrong,
    work: office.work,
    customerNumber: '100042',
    otherCustomerNumber: '100077',
    currency: 'EUR',
    items: [
      { itemNumber: '00123', unitOfMeasure: 'BX', unitPrice: '10.50' },
      { itemNumber: 'CAFÉ-03', unitOfMeasure: 'KGM', unitPrice: '14.20' },
    ],
    people: {
      enterOrder: (order) => done(erp.enterOrder(order)),
      confirm: async (orderId) => void (await done(erp.confirm(orderId))),
      ship: (orderId, shipping) => done(erp.ship(orderId, shipping)),
      invoice: (orderId) => done(erp.invoice(orderId)),
      creditNote: (invoiceId) => done(erp.creditNote(invoiceId)),
      pay: (invoiceId) => done(erp.pay(invoiceId)),
      changeCredit: async (customerNumber, { limit }) => {
        await done(erp.setCreditLimit(customerNumber, limit ?? null))
      },
      deleteOrder: (orderId) => done(erp.deleteOrder(orderId)),
      touchOrder: async (orderId) => void (await done(erp.confirm(orderId))),
      countByOnceKey: async (onceKey) => erp.countByOnceKey(onceKey),
      ids: async (stream) => erp.records(stream).map((record) => record.erpId),
      break: {
        unreachable: async () => {
          renameSync(root, `${root}.away`)
          return () => {
            // Twice: by the test, and at its end.
            try {
              renameSync(`${root}.away`, root)
            } catch {}
          }
        },
      },
    },
    async close() {
      await connector.close?.()
      await another.close?.()
      rmSync(root, { recursive: true })
    },
  }
}

const wrongConfigs = [
  { field: 'place.path', config: { place: { kind: 'folder', path: 'relative/path' } } },
  { field: 'place.kind', config: { place: { kind: 'ftp', path: '/' } } },
  { field: 'format.delimiter', config: { place: { kind: 'folder', path: '/x' }, format: { delimiter: '#' } } },
  { field: 'complete', config: { place: { kind: 'folder', path: '/x' }, complete: 'hope' } },
  {
    field: 'place.hostKey',
    config: { place: { kind: 'sftp', host: 'erp.example', user: 'hub', password: 'x', hostKey: 'aa:bb' } },
  },
  {
    field: 'place.password',
    config: { place: { kind: 'sftp', host: 'erp.example', user: 'hub', hostKey: noKey } },
  },
]

const connectTo = (place: Record<string, unknown>) =>
  flatFile.connect(flatFile.config.parse({ place }), { now: () => new Date() })

describeConnector(
  'flat-file, JSON in a folder',
  (surroundings) =>
    setUp(surroundings, plainJson, (path) => ({ kind: 'folder', path }), [
      {
        what: 'no folder',
        connector: connectTo({ kind: 'folder', path: '/no/such/folder' }),
        says: /\/no\/such\/folder/,
      },
      { what: 'an empty mount point', connector: connectTo({ kind: 'folder', path: '/run' }), says: /mounted/ },
    ]),
  {
    definition: flatFile,
    config: { place: { kind: 'folder', path: '/mnt/erp' } },
    wrongConfigs,
    secrets: ['never-used-password'],
    answersLater: true,
  },
)

let server: SftpServer
const sftpPlace = (path: string) => {
  const { port, user, password, privateKey, hostKey } = server
  return { kind: 'sftp', host: '127.0.0.1', port, user, password, privateKey, hostKey, path }
}

describeConnector(
  `flat-file, German CSV on ${hasSshd ? "OpenSSH's sshd" : 'an SFTP server of the ssh2 library'}`,
  async (surroundings) => {
    server = await (hasSshd ? startSshd() : startSsh2Server())
    const { port, user } = server
    const known = { kind: 'sftp', host: '127.0.0.1', port, user, hostKey: server.hostKey, path: tmpdir() }
    const erp = await setUp(surroundings, germanCsv, sftpPlace, [
      {
        what: 'a wrong password',
        connector: connectTo({ ...known, password: 'wrong-secret' }),
        says: /let the hub in/,
      },
      {
        what: 'a strange host key',
        connector: connectTo({ ...known, password: 'x', hostKey: noKey }),
        says: /host key SHA256:/,
      },
      { what: 'a wrong port', connector: connectTo({ ...known, password: 'x', port: 1 }), says: /127\.0\.0\.1:1/ },
      { what: 'no folder', connector: connectTo(sftpPlace('/no/such/folder')), says: /\/no\/such\/folder/ },
    ])
    return {
      ...erp,
      async close() {
        await erp.close()
        await server.stop()
      },
    }
  },
  {
    definition: flatFile,
    config: {
      place: { kind: 'sftp', host: 'erp.example', user: 'hub', password: 'x', hostKey: noKey },
      orderFiles: 'csv',
      format: { encoding: 'windows-1252', decimalComma: true, dates: 'dd.mm.yyyy' },
      columns: { orders: { number: 'Belegnummer' } },
    },
    wrongConfigs,
    secrets: ['wrong-secret', 'BEGIN OPENSSH PRIVATE KEY'],
    answersLater: true,
  },
)
