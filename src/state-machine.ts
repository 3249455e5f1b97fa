// States as data: a table of what may follow what, checked as a graph by a test.
import { HubError } from './errors.ts'

export type Transitions<S extends string> = { readonly [from in S]: readonly S[] }

/** Throws HubError wrong_state when `to` may not follow `from`. */
export function assertTransition<S extends string>(table: Transitions<S>, from: S, to: S, what: string): void {
  if (!table[from].includes(to)) throw new HubError('wrong_state', `${what} is ${from}; it cannot become ${to}.`)
}

/** Names of states that can't be reached from `start`, and of targets that don't exist. Empty = the graph is sound. */
export function checkGraph<S extends string>(table: Transitions<S>, start: S): string[] {
  const reached = new Set<string>([start])
  const problems: string[] = []
  for (const state of reached)
    for (const next of table[state as S] ?? []) {
      if (!(next in table)) problems.push(`${state} leads to unknown ${next}`)
      reached.add(next)
    }
  for (const state of Object.keys(table)) if (!reached.has(state)) problems.push(`${state} is never reached`)
  return problems
}
