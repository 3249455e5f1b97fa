// What e-invoices say of their parties: the seller's own data, and what an account wants on its invoices.

import { z } from 'zod'
import type { Reach } from '../accounts/access.ts'
import {
  findAccount,
  findBuyerParty,
  findSeller,
  updateBuyerParty,
  updateSellerParty,
} from '../accounts/account-store.ts'
import { buyerPartySchema, sellerPartySchema } from '../accounts/invoice-party.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { jsonRoute, type Route } from './route.ts'

const seller = z
  .object({
    id: z.uuid(),
    name: z.string(),
    party: sellerPartySchema.nullable().describe('null: not told yet, so no e-invoice can be written'),
  })
  .meta({ id: 'Seller' })

const invoicing = z.object({
  accountId: z.uuid(),
  invoicing: buyerPartySchema.nullable().describe('its own, or that of the account above; null: none told'),
})

async function showInvoicing(hub: Hub, reach: Reach, accountId: string | undefined) {
  const account = accountId && (await findAccount(hub.db, reach.sellerId, accountId))
  if (!account) throw new HubError('not_found', 'There is no such company account.')
  return { accountId, invoicing: (await findBuyerParty(hub.db, reach.sellerId, account.id)) ?? null }
}

export const sellerRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/seller',
    who: 'partners:read',
    may: 'connection.edit',
    sellers: true,
    tag: 'Seller',
    summary: 'Read the seller, as its invoices name it',
    answer: seller,
    async handle(hub, { reach }) {
      return findSeller(hub.db, reach.sellerId)
    },
  }),
  jsonRoute({
    method: 'put',
    path: '/api/v1/seller',
    who: 'partners:write',
    may: 'connection.edit',
    sellers: true,
    tag: 'Seller',
    summary: 'Say how invoices name the seller',
    description: 'E-invoices (UBL) need name, address, electronic address, and VAT identifier or tax number.',
    body: sellerPartySchema,
    answer: seller,
    async handle(hub, { body, reach }) {
      await updateSellerParty(hub.db, reach.sellerId, body)
      return findSeller(hub.db, reach.sellerId)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id/invoicing',
    who: 'partners:read',
    may: 'connection.edit',
    sellers: true,
    tag: 'Accounts',
    summary: 'Read what e-invoices to an account say of it',
    answer: invoicing,
    handle: (hub, { params, reach }) => showInvoicing(hub, reach, params.id),
  }),
  jsonRoute({
    method: 'put',
    path: '/api/v1/accounts/:id/invoicing',
    who: 'partners:write',
    may: 'connection.edit',
    sellers: true,
    tag: 'Accounts',
    summary: 'Say where e-invoices to an account go and what reference they bear',
    description: 'Holds for the accounts below too, as far as they have nothing of their own.',
    body: buyerPartySchema,
    answer: invoicing,
    async handle(hub, { params, body, reach }) {
      await updateBuyerParty(hub.db, reach.sellerId, params.id ?? '', body)
      return showInvoicing(hub, reach, params.id)
    },
  }),
]
