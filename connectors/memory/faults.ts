// What the memory ERP is told to do wrong: a queue of behaviours for the next calls.
import { setTimeout as wait } from 'node:timers/promises'
import { ErpError } from '../erp-error.ts'

/** A call of the connector; `pull` is any stream's page, `pull:orders` that stream's. */
export type Call = 'check' | 'pushOrder' | 'changeOrder' | 'cancelOrder' | 'fetchInvoicePdf' | 'pull' | `pull:${string}`

export interface Behaviour {
  kind:
    | 'pass'
    | 'unreachable'
    | 'slow'
    | 'throttled'
    | 'refused'
    | 'unauthorised'
    | 'garbage'
    /** Does what was asked, and the answer is lost. */
    | 'yes-then-drop'
  /** Which calls; absent = the next one, whatever it is. */
  on?: Call
  /** For how many calls; default 1. */
  times?: number
  /** How slow. */
  milliseconds?: number
  /** Seconds, of `throttled`. */
  retryAfter?: number
  /** What the ERP says. */
  words?: string
}

export interface Fault extends Behaviour {
  id: string
  left: number
}

export function concerns(fault: Fault, call: Call): boolean {
  return fault.left > 0 && (!fault.on || fault.on === call || call.startsWith(`${fault.on}:`))
}

/** Lets the call go on, late or at once, or throws what was scripted. `yes-then-drop` is the caller's to do. */
export async function behave(behaviour: Behaviour, what: string, signal?: AbortSignal): Promise<void> {
  const { kind, words } = behaviour
  if (kind === 'slow') await sleep(behaviour.milliseconds ?? 1000, what, signal)
  if (kind === 'unreachable') throw new ErpError('unreachable', words ?? `${what}: the ERP can't be reached.`)
  if (kind === 'throttled')
    throw new ErpError('throttled', words ?? `${what}: the ERP is busy.`, { retryAfter: behaviour.retryAfter ?? 1 })
  if (kind === 'refused') throw new ErpError('refused', words ?? `${what}: the ERP refuses.`)
  if (kind === 'unauthorised')
    throw new ErpError('unauthorised', words ?? `${what}: the ERP does not know this user. Check user and password.`)
  if (kind === 'garbage')
    throw new ErpError('unintelligible', `${what}: the ERP answered "${words ?? '<html>Gateway</html>'}".`)
}

async function sleep(milliseconds: number, what: string, signal?: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal })
  } catch (cause) {
    throw new ErpError('unreachable', `${what}: stopped before the ERP answered.`, { cause })
  }
}
