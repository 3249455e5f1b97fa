// Starts the served OData V2: `node start.mjs [--edmx folder] [--port n]`. Says `listening on <url>` when it can be used.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { edmxToCds } from './edmx-to-cds.mjs'
import { gatewayManners } from './gateway-manners.mjs'
import { salesOrderRules } from './sales-order-rules.mjs'

/** What the connector reads, and whose metadata to take where the folder has several. */
const SERVICES = {
  API_SALES_ORDER_SRV: 'argosml',
  API_BILLING_DOCUMENT_SRV: 'argosml',
  API_BUSINESS_PARTNER: 'gregorwolf',
  API_OUTBOUND_DELIVERY_SRV: 'horsemanjackyliu',
  API_OPLACCTGDOCITEMCUBE_SRV: 'shritejrasala',
}

const { values: options } = parseArgs({
  options: {
    edmx: { type: 'string', default: join(import.meta.dirname, '../../../../shared/data/edmx') },
    port: { type: 'string', default: '0' },
    /** Most records an answer, so that a second page is never far. */
    page: { type: 'string', default: '7' },
  },
})

// CDS finds its plugins and settings in the working folder.
process.chdir(import.meta.dirname)
const cds = createRequire(import.meta.url)('@sap/cds')
await cds.plugins

const folder = mkdtempSync(join(tmpdir(), 's4-odata-'))
const models = Object.entries(SERVICES).map(([service, origin]) => {
  const published = readdirSync(options.edmx).find((name) => name === `${service}__${origin}.edmx`)
  if (!published) throw new Error(`${options.edmx} has no metadata of ${service}`)
  const model = join(folder, `${service}.cds`)
  const edmx = readFileSync(join(options.edmx, published), 'utf8')
  writeFileSync(model, edmxToCds(edmx, `/odata/v4/${service}`, options.page))
  return model
})
const additions = join(folder, 'additions.cds')
writeFileSync(additions, readFileSync('additions.cds'))

gatewayManners(cds)
salesOrderRules(cds)
cds.env.cov2ap.model = [...models, additions]
const server = await cds.server({ service: 'all', from: cds.env.cov2ap.model, in_memory: true, port: options.port })
const url = `http://127.0.0.1:${server.address().port}`
// The V2 adapter opens its routes when it hears this, and reads the models once more for its metadata.
await cds.emit('listening', { server, url })
process.on('exit', () => rmSync(folder, { recursive: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit())
console.log(`listening on ${url}`)
