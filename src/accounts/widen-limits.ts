// Nobody lets somebody order for more than they may themselves: cost centres, projects, ship-tos, catalogues, the amount of an order. Pure.
import { HubError } from '../errors.ts'
import { compareDecimals } from '../money.ts'
import type { MemberLimits } from './account-store.ts'

const lists = ['costCentres', 'projects', 'shipTos', 'catalogues'] as const

/**
 * `mine`: of who changes them, null = the seller, without limits. `before`: of whose they are, null = a newcomer. What somebody had may stay
 * or become less, whoever changes it. Throws HubError forbidden naming the limit.
 */
export function assertNotWider(
  mine: MemberLimits | null,
  before: MemberLimits | null,
  wanted: { [N in keyof MemberLimits]?: MemberLimits[N] | undefined },
): void {
  if (!mine) return
  const known = before ? [mine, before] : [mine]
  for (const name of lists) {
    const codes = wanted[name]
    const within = (code: string) => known.some((limits) => limits[name]?.includes(code))
    if (codes === undefined || known.some((limits) => limits[name] === null)) continue
    if (codes === null || !codes.every(within)) throw tooWide(name)
  }
  const { orderLimit, orderLimitCurrency } = { ...before, ...wanted }
  if (wanted.orderLimit === undefined && wanted.orderLimitCurrency === undefined) return
  const fits = known.some(
    (limits) =>
      limits.orderLimit === null ||
      (orderLimit != null &&
        orderLimitCurrency === limits.orderLimitCurrency &&
        compareDecimals(orderLimit, limits.orderLimit) <= 0),
  )
  if (!fits) throw tooWide('orderLimit')
}

function tooWide(name: keyof MemberLimits): HubError {
  return new HubError('forbidden', `${name}: you can’t let anybody order for more than you may yourself.`)
}
