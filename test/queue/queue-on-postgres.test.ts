import { describe } from 'vitest'
import { queueSuite } from './queue-suite.ts'

describe('jobs, carried by PostgreSQL', () => queueSuite(undefined))
