// The file's name is the job's name, and what is scheduled exists.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { jobs } from '../../jobs/registry.ts'
import { schedules } from '../../jobs/schedule.ts'
import { jobQueues } from '../../src/queue/job-payloads.ts'

/** What jobs are made of and run by. */
const machinery = [
  'draft-of.ts',
  'failure.ts',
  'job.ts',
  'order-lease.ts',
  'registry.ts',
  'reply-to.ts',
  'run.ts',
  'schedule.ts',
]

describe('the registry of jobs', () => {
  it('has one file per job, of the same name, and no file beside', () => {
    const files = readdirSync(join(import.meta.dirname, '../../jobs')).filter(
      (file) => file.endsWith('.ts') && !machinery.includes(file),
    )
    expect(files.map((file) => file.slice(0, -3)).sort()).toEqual(Object.keys(jobs).sort())
    expect(Object.entries(jobs).map(([name, job]) => [name, job.name])).toEqual(
      Object.keys(jobs).map((name) => [name, name]),
    )
    expect(Object.keys(jobQueues).sort()).toEqual(Object.keys(jobs).sort())
  })

  it('gives every job a bounded number of attempts', () => {
    for (const job of Object.values(jobs)) {
      expect(job.attempts).toBeGreaterThan(0)
      expect(job.backoff.most).toBeGreaterThanOrEqual(job.backoff.first)
    }
  })

  it('schedules each job once', () => {
    const names = schedules.map((entry) => entry.job)
    expect(new Set(names).size).toBe(names.length)
    expect(names.every((name) => name in jobs)).toBe(true)
  })
})
