// client_id + client_secret -> API client, in constant time. RFC 6749 section 2.3.1.
import { timingSafeEqual } from 'node:crypto'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { sha256 } from '../secrets.ts'
import type { ApiClient } from './storefront.ts'
import { findClient } from './storefront-store.ts'

/** Throws HubError invalid_client; the same answer and time for an unknown client and a wrong secret. */
export async function authenticateClient(
  db: Db,
  clientId: string,
  secret: string,
  options: { refuseDemo: boolean },
): Promise<ApiClient> {
  const found = await findClient(db, clientId)
  const fits = timingSafeEqual(found?.secretHash ?? sha256('nobody'), sha256(secret))
  if (!found || !fits) throw new HubError('invalid_client')
  if (found.client.demo && options.refuseDemo)
    throw new HubError('invalid_client', 'This is a demo client; demo secrets are refused in production.')
  return found.client
}
