import { describe, inject } from 'vitest'
import { killSuite } from '../support/fault-kill-suite.ts'

const redisUrl = inject('redisUrl')

describe.skipIf(redisUrl === undefined)('an order whose processes are killed, jobs carried by Redis', () =>
  killSuite(redisUrl),
)
