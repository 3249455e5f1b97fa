import { describe, expect, it } from 'vitest'
import { sessionTransitions } from '../src/punchout/punchout-session.ts'
import { assertTransition, checkGraph } from '../src/state-machine.ts'

describe('states', () => {
  it('of a punchout session are all reachable and lead somewhere that exists', () => {
    expect(checkGraph(sessionTransitions, 'created')).toEqual([])
  })

  it('are told apart when a table is broken', () => {
    const broken = { a: ['b'], b: ['nowhere'], c: [] } as unknown as {
      a: ('a' | 'b' | 'c')[]
      b: ('a' | 'b' | 'c')[]
      c: []
    }
    expect(checkGraph(broken, 'a')).toEqual(['b leads to unknown nowhere', 'c is never reached'])
  })

  it('refuse what may not follow', () => {
    expect(() => assertTransition(sessionTransitions, 'expired', 'returned', 'This session')).toThrow(
      'This session is expired; it cannot become returned.',
    )
    assertTransition(sessionTransitions, 'opened', 'returned', 'This session')
  })
})
