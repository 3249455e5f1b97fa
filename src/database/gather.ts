// Many callers, one statement: while one is on its way to PostgreSQL, what else is asked for gathers and goes together in the next.
// An idle hub loses nothing by it, a busy one saves a round trip per caller.

const MOST_TOGETHER = 64

/**
 * Makes a function of one item out of one of many. `run` answers in the order of its items; when it fails, all its callers fail.
 */
export function gather<T, R>(run: (items: T[]) => Promise<R[]>): (item: T) => Promise<R> {
  const waiting: { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = []
  let running = false

  async function work(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_TOGETHER)
      try {
        const results = await run(batch.map((w) => w.item))
        batch.forEach((w, i) => void w.resolve(results[i] as R))
      } catch (error) {
        for (const w of batch) w.reject(error)
      }
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void work()
    })
}
