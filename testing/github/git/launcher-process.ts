import { execFileSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { executeGit, type GitCall } from './execute.ts'
import { readParts, writeParts } from './frames.ts'

/** The process of `launcher.ts`: runs git for it until it closes the first pipe. */

const [callsPath = '', resultsPath = ''] = process.argv.slice(2)
execFileSync('mkfifo', [callsPath, resultsPath])
process.stdout.write('ready')
const calls = openSync(callsPath, 'r')
const results = openSync(resultsPath, 'w')

for (;;) {
  const [call, input] = readParts(calls, 2) ?? []
  if (call === undefined || input === undefined) break
  const { args, cwd, env } = JSON.parse(call.toString()) as Omit<GitCall, 'input'>
  const { status, stdout, stderr } = executeGit({ args, cwd, env, input })
  writeParts(results, [Buffer.from(JSON.stringify(status)), stdout, stderr])
}
