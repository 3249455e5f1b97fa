// What test/global-setup.ts hands to every test file.
declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the run's PostgreSQL, database `postgres`. */
    postgresUrl: string
    /** Name of the migrated database that every test database is a copy of. */
    templateDatabase: string
    /** Address of the run's Redis; undefined = none found, its suite is skipped. */
    redisUrl: string | undefined
  }
}

export {}
