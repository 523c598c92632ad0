import type { Report } from '../src/report/report.ts'

export type Outputs = Readonly<Record<string, string>>

type StepFiles = {
  readonly exitCode: number
  readonly log: string
  readonly stderr: string
  readonly outputs: Outputs
  readonly summary: string
  /** The JSON report; undefined if the action wrote none. */
  readonly report: string | undefined
}

/** What one step of the action left behind. */
export class Step {
  readonly exitCode: number
  /** Standard output, which contains the runner's commands (`::error::…`). */
  readonly log: string
  readonly stderr: string
  readonly outputs: Outputs
  readonly summary: string
  readonly #report: string | undefined

  constructor({ exitCode, log, stderr, outputs, summary, report }: StepFiles) {
    this.exitCode = exitCode
    this.log = log
    this.stderr = stderr
    this.outputs = outputs
    this.summary = summary
    this.#report = report
  }

  get report(): Report {
    if (this.#report === undefined) throw new Error(`the step wrote no report:\n${this.log}`)
    return JSON.parse(this.#report) as Report
  }

  /** The output `changes`. */
  get changes(): Report['records'] {
    return JSON.parse(this.outputs.changes ?? '[]') as Report['records']
  }

  /** The output `connections` of `mode: check`. */
  get connections(): NonNullable<Report['connections']> {
    return JSON.parse(this.outputs.connections ?? '[]') as NonNullable<Report['connections']>
  }

  get errors(): string[] {
    return this.#commands('error')
  }

  get warnings(): string[] {
    return this.#commands('warning')
  }

  /** Everything that a person or a later step can read; the runner never prints `::add-mask::`. */
  get visibleText(): string {
    const log = this.log.replace(/^::add-mask::.*$/gm, '')
    return [log, this.stderr, this.summary, JSON.stringify(this.outputs), this.#report].join('\n')
  }

  #commands(name: string): string[] {
    return this.log.split('\n').filter((line) => new RegExp(`^::${name}[ :]`).test(line))
  }
}
