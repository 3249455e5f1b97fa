// Makes API clients from the command line, `npm run client -- add ...`: how the first one of a new hub comes about.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { insertSeller } from './accounts/account-store.ts'
import { type Assembled, assemble } from './assemble.ts'
import { ConfigError, readConfig } from './config.ts'
import type { Db } from './database/database.ts'
import type { Hub } from './hub.ts'
import { makeLog } from './log.ts'
import { runProcess } from './run-process.ts'
import { type Scope, scopeNames, scopes } from './storefronts/storefront.ts'
import { insertClient, listStorefronts } from './storefronts/storefront-store.ts'

const HELP = `Makes and revokes API clients. The hub must be running, or DATABASE_URL set.

  npm run client -- add ID --scope SCOPE [--scope SCOPE ...] [--storefront NAME] [--seller NAME]
  npm run client -- revoke ID

  --scope       ${scopeNames.map((s) => `${s}: ${scopes[s]}`).join('\n                ')}
                "all" gives every one
  --storefront  bind the client to this storefront: it sees that storefront's punchouts only
  --seller      name of the seller; needed for a new hub's first client, which makes it

The secret is printed once. Example, a new hub's first client:
  npm run client -- add admin --scope all --seller "Office Supplies Ltd"`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scope: { type: 'string', multiple: true },
    storefront: { type: 'string' },
    seller: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const [action, clientId] = positionals

if (values.help || !action || !clientId || !['add', 'revoke'].includes(action)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

await runProcess(async () => {
  const config = readConfig()
  const assembled = await assemble(config, makeLog('warn'), config.databaseUrl ? 'owner' : 'guest')
  try {
    if (action === 'add') await add(assembled, clientId)
    else await revoke(assembled, clientId)
  } finally {
    await assembled.close()
  }
  process.exit(0)
})

async function add({ hub }: Assembled, id: string): Promise<void> {
  const wanted = values.scope?.includes('all') ? scopeNames : (values.scope ?? [])
  const unknown = wanted.filter((s) => !(scopeNames as string[]).includes(s))
  if (wanted.length === 0 || unknown.length > 0)
    throw new ConfigError(
      `--scope must name one or more of: ${scopeNames.join(', ')}, all${unknown.length > 0 ? ` (not ${unknown.join(', ')})` : ''}`,
    )
  const secret = randomBytes(32).toString('base64url')
  await hub.db.transaction(async (trx) => {
    const sellerId = await findOrMakeSeller(hub, trx)
    const storefront = values.storefront
      ? (await listStorefronts(trx, sellerId, undefined, 1000)).find((s) => s.name === values.storefront)
      : null
    if (storefront === undefined)
      throw new ConfigError(
        `There is no storefront "${values.storefront}". Add it with POST /api/v1/storefronts first.`,
      )
    const client = {
      id: hub.newId(),
      sellerId,
      storefrontId: storefront?.id ?? null,
      clientId: id,
      scopes: wanted as Scope[],
      demo: false,
    }
    await insertClient(trx, client, secret, hub.now())
  })
  console.log(`client_id      ${id}\nclient_secret  ${secret}\n\nThe secret is not shown again.`)
}

async function findOrMakeSeller(hub: Hub, db: Db): Promise<string> {
  const sellers: { id: string; name: string }[] = await db('sellers').select('id', 'name').orderBy('created_at')
  const named = values.seller ? sellers.filter((s) => s.name === values.seller) : sellers
  const [only] = named
  if (only && named.length === 1) return only.id
  if (!values.seller)
    throw new ConfigError(
      `Say --seller NAME${sellers.length > 0 ? `, one of: ${sellers.map((s) => s.name).join(', ')}` : ' (this makes it)'}`,
    )
  const id = hub.newId()
  await insertSeller(db, { id, name: values.seller }, hub.now())
  return id
}

async function revoke({ hub }: Assembled, id: string): Promise<void> {
  const changed = await hub
    .db('api_clients')
    .where({ client_id: id })
    .whereNull('revoked_at')
    .update({ revoked_at: hub.now() })
  if (changed === 0) throw new ConfigError(`There is no live client ${id}.`)
  console.log(`${id} is revoked; its tokens no longer work.`)
}
