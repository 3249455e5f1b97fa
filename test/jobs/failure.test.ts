// What an error means for a job's next attempt (jobs/README.md, "What an error means").
import { describe, expect, it } from 'vitest'
import { failureOf, inWords } from '../../jobs/failure.ts'
import { HubError } from '../../src/errors.ts'

const erp = (kind: string, more: object = {}) => Object.assign(new Error(kind), { kind, ...more })

describe('a failed job', () => {
  it.each([
    ['an unreachable system', erp('unreachable'), { kind: 'unreachable', retry: 'backoff' }],
    [
      'a throttling one that says how long',
      erp('throttled', { retryAfter: 30 }),
      { kind: 'throttled', retry: { after: 30 } },
    ],
    ['a throttling one that does not', erp('throttled'), { kind: 'throttled', retry: 'backoff' }],
    [
      'a throttling one that says nonsense',
      erp('throttled', { retryAfter: -1 }),
      { kind: 'throttled', retry: 'backoff' },
    ],
    ['a refusal', erp('refused'), { kind: 'refused', retry: 'never' }],
    ['wrong credentials', erp('unauthorised'), { kind: 'unauthorised', retry: 'never' }],
    ['an answer nobody understands', erp('unintelligible'), { kind: 'unintelligible', retry: 'never' }],
    ['the house saying no', new HubError('not_found'), { kind: 'not_found', retry: 'never' }],
    ['the house not able to', new HubError('unavailable'), { kind: 'unavailable', retry: 'backoff' }],
    ['a bug', new TypeError('x is not a function'), { kind: 'fault', retry: 'backoff' }],
    ['a kind nobody listed', erp('constructor'), { kind: 'fault', retry: 'backoff' }],
    ['a thrown text', 'no', { kind: 'fault', retry: 'backoff' }],
    ['nothing at all', undefined, { kind: 'fault', retry: 'backoff' }],
  ])('%s', (_what, error, failure) => {
    expect(failureOf(error)).toEqual(failure)
  })

  it('is told in words with its causes, without a stack, bounded', () => {
    const root = new Error('connect ECONNREFUSED 10.0.0.1:443')
    expect(inWords(new Error('The ERP does not answer', { cause: root }))).toBe(
      'The ERP does not answer: connect ECONNREFUSED 10.0.0.1:443',
    )
    const loop = new Error('round')
    loop.cause = loop
    expect(inWords(loop)).toBe('round: round: round: round')
    expect(inWords(new Error('x'.repeat(10_000)))).toHaveLength(2000)
  })
})
