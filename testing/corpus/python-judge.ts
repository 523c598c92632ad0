import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Judged, Pair } from './verdict.ts'

const environments = join(import.meta.dirname, '../../.venvs')
const program = join(import.meta.dirname, 'judge.py')

type PythonVerdict = Partial<Record<'libyaml' | 'PyYAML' | 'ruamel', Judged>> & {
  readonly bytes: string | null
}

/** A process that judges one pair after the other. */
export class PythonJudge {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #responses: AsyncIterator<string, undefined>

  /** `environment` is a virtual environment with PyYAML and perhaps ruamel.yaml. */
  constructor(environment: string) {
    this.#process = spawn(join(environments, environment, 'bin/python'), ['-B', program])
    this.#process.stderr.pipe(process.stderr)
    const lines = createInterface({ input: this.#process.stdout })
    this.#responses = lines[Symbol.asyncIterator]()
  }

  async judge(pairs: readonly Pair[]): Promise<PythonVerdict[]> {
    for (const { before, after, owned } of pairs) {
      const request = {
        before: before.toString('base64'),
        after: after?.toString('base64') ?? null,
        owned: { ...owned, modelid: owned.modelid ?? null },
      }
      this.#process.stdin.write(`${JSON.stringify(request)}\n`)
    }
    const verdicts: PythonVerdict[] = []
    while (verdicts.length < pairs.length) {
      const next = await this.#responses.next()
      if (next.done === true) throw new Error(`${program} ended early`)
      verdicts.push(JSON.parse(next.value) as PythonVerdict)
    }
    return verdicts
  }

  close(): void {
    this.#process.stdin.end()
  }
}
