// Milliseconds that work takes, and quantiles of them.
export async function time(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

const quantile = (values: number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] as number
export const at50 = (values: number[]) => quantile(values, 0.5)
export const at99 = (values: number[]) => quantile(values, 0.99)
