// Slows down guessing: counts failed sign-ins by address and by address + identity. Only failures count, since all buyers of a
// network such as Ariba come from few addresses.
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { HubError } from '../errors.ts'

const WINDOW_SECONDS = 300
const byIdentity = new RateLimiterMemory({ keyPrefix: 'identity', points: 20, duration: WINDOW_SECONDS })
const byAddress = new RateLimiterMemory({ keyPrefix: 'address', points: 200, duration: WINDOW_SECONDS })

/** Throws HubError too_many_requests once this address, or this address with this identity, failed too often. */
export async function assertNotLocked(address: string, identity: string): Promise<void> {
  const counts = [await byIdentity.get(key(address, identity)), await byAddress.get(address)]
  const locked = counts.find((c, i): c is RateLimiterRes => c !== null && c.consumedPoints >= (i === 0 ? 20 : 200))
  if (!locked) return
  const seconds = Math.ceil(locked.msBeforeNext / 1000)
  throw new HubError(
    'too_many_requests',
    `Too many failed tries. Wait ${seconds} s, then check the credentials before the next one.`,
    {
      details: { retryAfterSeconds: seconds },
    },
  )
}

export async function countFailure(address: string, identity: string): Promise<void> {
  // A rejection only says that the limit is reached; assertNotLocked tells the next caller.
  await Promise.allSettled([byIdentity.consume(key(address, identity)), byAddress.consume(address)])
}

function key(address: string, identity: string): string {
  return `${address} ${identity.slice(0, 200).toLowerCase()}`
}
