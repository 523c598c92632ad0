import { basename } from 'node:path'
import type { Inputs } from '../action.ts'
import type { PullRequest } from '../github/repository.ts'
import type { Project, SyncStep } from '../project.ts'
import type { World } from '../world.ts'
import { annotationLines, headline, logLines } from './excerpt.ts'
import type { Results } from './results.ts'
import { heading, quote, say, type Style } from './terminal.ts'

export type TourOptions = {
  readonly world: World
  readonly project: Project
  readonly results: Results
  /** Ends the tour after the step that runs. */
  readonly signal: AbortSignal
}

type SyncOptions = {
  /** Names the folder of the results, if a part of the tour runs the action more than once. */
  readonly name?: string
  /** Outputs to show, after `operation`. */
  readonly outputs: readonly string[]
  /** The number of lines to show of the log's end. */
  readonly tail?: number
}

/** Enough for the advice of one failure. */
const maxAnnotationLines = 12

/** Directory of the values files. */
export const valuesPath = 'deploy/values'

/** Runs the action, shows the lines that matter, keeps the rest, and checks what is expected. */
export class Tour {
  readonly world: World
  readonly project: Project
  readonly results: Results
  readonly #signal: AbortSignal
  #number = 0
  #folder = ''

  constructor({ world, project, results, signal }: TourOptions) {
    this.world = world
    this.project = project
    this.results = results
    this.#signal = signal
  }

  /** Begins a part of the tour; `name` is the folder of its results. */
  async begin(name: string, title: string, text: string): Promise<void> {
    this.#number += 1
    this.#folder = `${this.#number}-${name}`
    heading(`${this.#number}. ${title}`)
    say(text)
    await this.results.begin(`${this.#number}. ${title}`, text)
  }

  async sync(inputs: Inputs, { name, outputs, tail = 3 }: SyncOptions): Promise<SyncStep> {
    const settings = { path: valuesPath, ...inputs }
    const text = Object.entries(settings).map(([input, value]) => `${input}: ${value}`)
    say(`with: { ${text.join(', ')} }`, { indent: '  ', style: 'dim' })
    const step = await this.project.sync(settings, {
      // The action ends as it does when a person cancels the job.
      onStart: (send) => this.#signal.addEventListener('abort', () => send('SIGTERM')),
    })
    this.#signal.throwIfAborted()
    const folder = this.#folderOf(name)
    await this.results.saveStep(folder, name ?? 'the step', step)
    const more = `… more in ${basename(this.results.directory)}/${folder}/log.txt`
    this.#quoteEnd(logLines(step.log), tail, more)
    const annotations = annotationLines(step.log)
    this.quote(annotations.slice(0, maxAnnotationLines), styleOfAnnotation)
    if (annotations.length > maxAnnotationLines) this.quote([more], () => 'dim')
    say(`summary: ${headline(step.summary)}`, { indent: '  ' })
    const shown = ['operation', ...outputs].map((output) => `${output}=${step.outputs[output]}`)
    say(shown.join('  '), { indent: '  ' })
    return step
  }

  async savePullRequest({ title, body }: PullRequest, name: string): Promise<void> {
    await this.results.savePullRequest(this.#folderOf(name), title, body)
  }

  quote(lines: readonly string[], styleOf: (line: string) => Style | undefined = plain): void {
    quote(lines, styleOf)
  }

  /** Fails the demo unless all statements are true. */
  expect(statements: Readonly<Record<string, boolean>>): void {
    const untrue = Object.keys(statements).filter((statement) => statements[statement] !== true)
    if (untrue.length > 0) throw new ExpectationError(this.#folder, untrue)
    say(`✓ ${Object.keys(statements).join('; ')}`, { indent: '  ', style: 'green' })
  }

  #folderOf(name: string | undefined): string {
    return name === undefined ? this.#folder : `${this.#folder}-${name}`
  }

  #quoteEnd(lines: readonly string[], count: number, more: string): void {
    if (count === 0) return
    if (lines.length > count) this.quote([more], () => 'dim')
    this.quote(lines.slice(-count))
  }
}

function styleOfAnnotation(line: string): Style | undefined {
  if (line.startsWith('error: ')) return 'red'
  return line.startsWith('warning: ') ? 'yellow' : undefined
}

function plain(): undefined {
  return undefined
}

/** A step of the tour did not do what the tour says. */
export class ExpectationError extends Error {
  constructor(folder: string, untrue: readonly string[]) {
    super(`step ${folder} is not as expected. Not true: ${untrue.join('; ')}`)
  }
}
