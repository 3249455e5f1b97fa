// Quick order: a list or CSV into the open cart; short ones at once, long ones as a job with progress.
import { z } from 'zod'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { enqueue } from '../queue/outbox.ts'
import { MAX_LINES, openCart } from '../requisitions/change-cart.ts'
import { memberOf } from '../requisitions/owned-row.ts'
import {
  fillFromQuickOrder,
  findQuickOrder,
  insertQuickOrder,
  offersForQuickOrder,
  type QuickOrder,
  readList,
} from '../requisitions/quick-order.ts'
import { found } from './purchase-shapes.ts'
import { jsonRoute, type Route } from './route.ts'

const AT_ONCE = 100

const shown = z
  .object({
    id: z.uuid(),
    cartId: z.uuid(),
    done: z.int(),
    total: z.int(),
    finished: z.boolean(),
    errors: z.array(z.object({ row: z.int(), text: z.string().describe('as it was given'), message: z.string() })),
  })
  .meta({ id: 'QuickOrder' })

const show = ({ id, cartId, done, total, errors, finishedAt }: QuickOrder) => ({
  ...{ id, cartId, done, total, finished: finishedAt !== null },
  errors: [...errors].sort((a, b) => a.row - b.row),
})

export const quickOrderRoutes: Route[] = [
  jsonRoute({
    ...{ method: 'post', path: '/api/v1/quick-orders', who: 'person', may: 'cart.view', tag: 'Carts', status: 202 },
    summary: 'Put a pasted list or CSV of part numbers and quantities into the open cart',
    description: `One part per line, then its quantity. Up to ${AT_ONCE} lines are done with the answer, more by a job: ask again.`,
    body: z.strictObject({ text: z.string().min(1).max(2_000_000) }),
    answer: shown,
    async handle(hub, { access, body }) {
      const owner = memberOf(access)
      const { asked, errors } = readList(body.text)
      if (asked.length > MAX_LINES) throw new HubError('too_large', `A cart has ${MAX_LINES} lines at most.`)
      const id = hub.newId()
      await hub.db.transaction(async (trx) => {
        const stamp = stampOf(hub)
        const cart = await openCart(trx, owner, stamp)
        await insertQuickOrder(trx, { ...owner, id, cartId: cart.id, asked, errors }, stamp.at)
        if (asked.length > AT_ONCE)
          await enqueue(trx, 'quick-order', { quickOrderId: id }, { sellerId: owner.sellerId })
      })
      if (asked.length <= AT_ONCE) {
        const offers = await offersForQuickOrder(hub, id, AT_ONCE)
        await hub.db.transaction((trx) => fillFromQuickOrder(trx, id, AT_ONCE, offers, stampOf(hub)))
      }
      return show(found(await findQuickOrder(hub.db, owner, id), 'quick order'))
    },
  }),
  jsonRoute({
    ...{ method: 'get', path: '/api/v1/quick-orders/:id', who: 'person', may: 'cart.view', tag: 'Carts' },
    summary: 'How far a quick order is, and what was wrong with which lines',
    answer: shown,
    handle: async (hub, { access, params }) =>
      show(found(await findQuickOrder(hub.db, memberOf(access), params.id as string), 'quick order')),
  }),
]
