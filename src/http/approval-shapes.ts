// Shapes that the calls about approvals and policies share.
import { z } from 'zod'
import { factsSchema } from '../approvals/policy.ts'
import { amount, currency, timeShown } from './list-query.ts'

export const approvalStates = [
  'not_needed',
  'denied',
  'pending',
  'approved',
  'rejected',
  'changes_requested',
  'withdrawn',
  'expired',
] as const

export const stepStates = ['waiting', 'open', 'approved', 'rejected', 'closed'] as const

const split = z.object({
  rules: z.array(z.string()).describe('rules that the sum meets and this order alone does not'),
  subjects: z.array(z.object({ kind: z.string(), id: z.uuid(), amount, currency, at: timeShown })),
  sum: amount,
})

export const explanation = z
  .object({
    outcome: z.enum(['none', ...approvalStates]),
    rules: z.array(z.object({ rule: z.string(), matched: z.boolean(), effect: z.string(), why: z.string() })),
    denials: z.array(z.string()),
    warnings: z.array(z.string()),
    facts: factsSchema,
    rates: z.record(z.string(), z.string()),
    policies: z.array(z.object({ policyId: z.uuid(), accountId: z.uuid(), number: z.int() })),
    excluded: z.array(z.object({ personId: z.uuid(), name: z.string(), reason: z.enum(['requester', 'placer']) })),
    split: split.nullable(),
    steps: z.array(
      z.object({
        name: z.string(),
        rules: z.array(z.string()),
        state: z.enum(stepStates),
        needed: z.int(),
        agreed: z.int(),
        deciders: z.array(z.object({ personId: z.uuid(), name: z.string(), how: z.string() })),
      }),
    ),
    nearestWay: z.string().describe('what it takes, in words'),
  })
  .meta({ id: 'ApprovalExplanation' })
