import { describe, inject } from 'vitest'
import { queueSuite } from './queue-suite.ts'

const redisUrl = inject('redisUrl')

describe.skipIf(redisUrl === undefined)('jobs, carried by Redis', () => queueSuite(redisUrl))
