import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Half of a test's time is waiting for processes and servers: two files at once also where there are two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What the user has set for a hub of theirs must not reach the tests, least of all the address of a database.
    env: {
      DATABASE_URL: '',
      REDIS_URL: '',
      HUB_DATA_DIR: '',
      HUB_KEY: '',
      HUB_WORKER: '',
      HUB_DEMO: '',
      PUBLIC_URL: '',
      PORT: '',
      HOST: '',
      TRUST_PROXY: '',
      LOG_LEVEL: '',
    },
  },
})
