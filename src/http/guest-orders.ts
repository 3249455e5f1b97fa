// A purchase without an account: a storefront brings it, the customer number of guests is the connection's, and without one it is held.
import { z } from 'zod'
import { addressSchema } from '../cart.ts'
import { stampOf } from '../database/stamp.ts'
import { findConnectionOf } from '../erp/erp-connection-store.ts'
import { HubError } from '../errors.ts'
import { holdReasons } from '../orders/order.ts'
import { placeOrder } from '../orders/place-order.ts'
import { orderPolicySchema } from '../partners/partner.ts'
import { linesOf } from '../requisitions/change-cart.ts'
import { orderLineOf } from '../requisitions/order-requisition.ts'
import { nextNumber } from '../requisitions/purchase-event.ts'
import { assertOrderable, lineInputSchema, totalsOf, withAmounts } from '../requisitions/purchase-line.ts'
import { comments, poNumber } from './purchase-shapes.ts'
import { jsonRoute, type Route } from './route.ts'

const line = lineInputSchema.required({ unitPrice: true, description: true, unit: true })

export const guestOrderRoutes: Route[] = [
  jsonRoute({
    ...{ method: 'post', path: '/api/v1/guest-orders', who: 'purchasing:write', tag: 'Orders', status: 201 },
    summary: 'Order as a guest: without an account, brought by a storefront',
    description:
      'Priced by the storefront. It goes to the ERP under the customer number for guests of the seller’s connection; where there is ' +
      'none, or the contact is missing there, it is held. Idempotent by `poNumber`: the same number again is 409.',
    body: z.strictObject({
      contact: z.strictObject({ name: z.string().min(1).max(255), email: z.email().max(255) }),
      shipTo: addressSchema,
      currency: z.string().regex(/^[A-Z]{3}$/),
      lines: z.array(line).min(1).max(1000),
      poNumber: poNumber.optional(),
      comments: comments.optional(),
    }),
    answer: z.object({
      id: z.uuid(),
      poNumber: z.string(),
      state: z.string(),
      holds: z.array(
        z.object({ reason: z.enum(Object.keys(holdReasons) as [keyof typeof holdReasons]), message: z.string() }),
      ),
    }),
    async handle(hub, { body, client }) {
      const { sellerId, storefrontId } = client
      const lines = linesOf(body.lines, true).map((l) => withAmounts(l, body.currency))
      assertOrderable(lines)
      const connection = await findConnectionOf(hub.db, sellerId, null)
      return hub.db.transaction(async (trx) => {
        const stamp = stampOf(hub)
        const year = stamp.at.getUTCFullYear()
        const number = body.poNumber ?? `G-${year}-${await nextNumber(trx, sellerId, 'guest', year)}`
        await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`guest ${sellerId} ${number}`])
        const guests = { seller_id: sellerId, channel: 'web', account_id: null, po_number: number }
        if (await trx('orders').where(guests).first('id'))
          throw new HubError('conflict', `A guest ordered under ${number} before.`)
        const totals = totalsOf(lines, body.currency)
        const { order } = await placeOrder(
          trx,
          {
            ...{ sellerId, storefrontId, partnerId: null, accountId: null, personId: null, documentId: null },
            ...{ customerNumber: connection?.guestCustomerNumber ?? null, connectionId: connection?.id ?? null },
            ...{ channel: 'web', mode: 'production', policy: orderPolicySchema.parse({}) },
            content: {
              ...{ poNumber: number, poVersion: null, kind: 'regular', orderedAt: stamp.at, requestedDate: null },
              ...{ currency: body.currency, ...totals, shippingAmount: null, costCentre: null, projectCode: null },
              ...{
                agreement: null,
                contactName: body.contact.name,
                contactEmail: body.contact.email,
                shipTo: body.shipTo,
              },
              details: body.comments ? { comments: body.comments } : {},
              lines: lines.map(orderLineOf),
            },
          },
          stamp,
        )
        return { id: order.id, poNumber: number, state: order.state, holds: order.holds }
      })
    },
  }),
]
