// Splits an amount so that its parts add up to it exactly.
import { addDecimals, compareDecimals, divideDecimals, multiplyDecimals } from '../money.ts'

/**
 * Shares of `total` in proportion to the weights, each with `scale` fraction digits and less than one last digit beside its exact share.
 * Weights that add up to nothing give all to the first. No weights, no shares.
 */
export function shareAmount(total: string, weights: readonly string[], scale: number): string[] {
  const sum = addDecimals(...weights)
  if (compareDecimals(sum, '0') === 0) return weights.map((_, i) => (i === 0 ? total : '0'))
  let weight = '0'
  let given = '0'
  return weights.map((w) => {
    weight = addDecimals(weight, w)
    const until = divideDecimals(multiplyDecimals(total, weight), sum, scale)
    const share = addDecimals(until, multiplyDecimals(given, '-1'))
    given = until
    return share
  })
}
