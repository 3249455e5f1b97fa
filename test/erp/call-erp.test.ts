// Connections are opened once per version of their settings; the one before is let go.
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { ConnectorDefinition } from '../../connectors/connector.ts'
import { makeErpOpener } from '../../src/erp/call-erp.ts'
import { CONFIG_PURPOSE, connectionSettingsSchema, type ErpConnection } from '../../src/erp/erp-connection.ts'
import { makeKeyring, seal } from '../../src/secrets.ts'

it('an ERP that can’t be let go of harms nobody when its settings change', async () => {
  const definition = {
    id: 'stuck',
    title: 'Stuck',
    summary: 'Its sockets can’t be closed.',
    config: z.object({}),
    capabilities: { pushOrder: false, changeOrder: false, cancelOrder: false, invoicePdf: false, streams: [] },
    connect: () => ({
      check: async () => ({ ok: true, message: '', steps: [] }),
      async *pull() {},
      close: () => Promise.reject(new Error('the socket is gone')),
    }),
  } satisfies ConnectorDefinition
  const keys = makeKeyring([Buffer.alloc(32, 1).toString('base64')])
  const connection: ErpConnection = {
    id: '0199f3b2-7c11-7abc-8def-0123456789ab',
    sellerId: '0199f3b2-7c11-7abc-8def-0123456789ac',
    name: 'Stuck',
    connector: 'stuck',
    sealedConfig: seal(keys, CONFIG_PURPOSE, '{}'),
    settings: connectionSettingsSchema.parse({}),
    status: 'active',
    version: 1,
    failures: 0,
    closedUntil: null,
    lastError: null,
    lastOkAt: null,
    nudgeSecretHash: null,
    guestCustomerNumber: null,
    createdAt: new Date('2026-01-05T10:00:00Z'),
    updatedAt: new Date('2026-01-05T10:00:00Z'),
  }
  const { open } = makeErpOpener({ stuck: definition }, keys, { now: () => new Date('2026-01-05T10:00:00Z') })
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const first = open(connection).erp
  expect(open({ ...connection, version: 2 }).erp).not.toBe(first)
  await new Promise((done) => setImmediate(done))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
