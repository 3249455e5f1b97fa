// Keeps storefronts and API clients.
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { sha256 } from '../secrets.ts'
import type { ApiClient, Scope, Storefront } from './storefront.ts'

const STOREFRONT = [
  'id',
  'seller_id as sellerId',
  'name',
  'punchout_url as punchoutUrl',
  'test_punchout_url as testPunchoutUrl',
  'item_lookup_url as itemLookupUrl',
]
const CLIENT = [
  'id',
  'seller_id as sellerId',
  'storefront_id as storefrontId',
  'client_id as clientId',
  'scopes',
  'demo',
]

export async function findStorefront(db: Db, sellerId: string, id: string): Promise<Storefront | undefined> {
  return db('storefronts').select(STOREFRONT).where({ seller_id: sellerId, id }).first()
}

/** Storefronts of a seller after `after` (an id), at most `limit`. */
export async function listStorefronts(
  db: Db,
  sellerId: string,
  after: string | undefined,
  limit: number,
): Promise<Storefront[]> {
  const query = db('storefronts').select(STOREFRONT).where({ seller_id: sellerId }).orderBy('id').limit(limit)
  return after ? query.where('id', '>', after) : query
}

/** Adds a storefront, or points the one of this name elsewhere. */
export async function putStorefront(db: Db, storefront: Storefront, at: Date): Promise<Storefront> {
  const [row] = await db('storefronts')
    .insert({
      id: storefront.id,
      seller_id: storefront.sellerId,
      name: storefront.name,
      punchout_url: storefront.punchoutUrl,
      test_punchout_url: storefront.testPunchoutUrl,
      item_lookup_url: storefront.itemLookupUrl,
      created_at: at,
    })
    .onConflict(['seller_id', 'name'])
    .merge(['punchout_url', 'test_punchout_url', 'item_lookup_url'])
    .returning(STOREFRONT)
  return row
}

// Both look-ups come with every call of the API: PostgreSQL plans them once per connection.

/** The live client with this client_id, and the hash its secret must have. */
export async function findClient(
  db: Db,
  clientId: string,
): Promise<{ client: ApiClient; secretHash: Buffer } | undefined> {
  const row = await db('api_clients')
    .select([...CLIENT, 'secret_hash'])
    .where({ client_id: clientId })
    .whereNull('revoked_at')
    .options({ name: 'hub client by client_id' })
    .first()
  if (!row) return undefined
  const { secret_hash: secretHash, ...client } = row
  return { client, secretHash }
}

export async function findClientById(db: Db, id: string): Promise<ApiClient | undefined> {
  return db('api_clients')
    .select(CLIENT)
    .where({ id })
    .whereNull('revoked_at')
    .options({ name: 'hub client by id' })
    .first()
}

/** The client_id of the storefront's own client: the audience of tokens meant for it. */
export async function findStorefrontClientId(db: Db, storefrontId: string): Promise<string | undefined> {
  const row = await db('api_clients')
    .select('client_id')
    .where({ storefront_id: storefrontId })
    .whereNull('revoked_at')
    .orderBy('id')
    .first()
  return row?.client_id
}

/** Adds a client. The secret is kept as its SHA-256: it has to be random, 256 bits. Throws HubError conflict on a taken client_id. */
export async function insertClient(db: Db, client: ApiClient, secret: string, at: Date): Promise<void> {
  const inserted = await db('api_clients')
    .insert({
      id: client.id,
      seller_id: client.sellerId,
      storefront_id: client.storefrontId,
      client_id: client.clientId,
      secret_hash: sha256(secret),
      scopes: client.scopes,
      demo: client.demo,
      created_at: at,
    })
    .onConflict('client_id')
    .ignore()
    .returning('id')
  if (inserted.length === 0) throw new HubError('conflict', `There is a client ${client.clientId} already.`)
}

/** Gives a client these scopes besides those it has. */
export async function allowClient(db: Db, clientId: string, scopes: readonly Scope[]): Promise<void> {
  await db('api_clients')
    .where({ client_id: clientId })
    .whereRaw('NOT scopes @> ?::text[]', [[...scopes]])
    .update({ scopes: db.raw('ARRAY(SELECT DISTINCT unnest(scopes || ?::text[]))', [[...scopes]]) })
}
