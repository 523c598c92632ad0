import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import {
  annotationLines,
  changedLines,
  headline,
  logLines,
  section,
} from '../../testing/demo/excerpt.ts'
import { Results } from '../../testing/demo/results.ts'
import { wrap } from '../../testing/demo/terminal.ts'
import { Step } from '../../testing/step.ts'

const scratch = mkdtempSync(join(tmpdir(), 'demo-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('what the demo shows of a step', () => {
  test('contains the lines of the log outside of groups, without commands', () => {
    const log = [
      '::add-mask::secret',
      'mlflow-sync 1.0',
      '::group::Changes',
      'created a.yaml',
      '::endgroup::',
      '',
      '::debug::GET /repos',
      'committed abc: 1 created',
      '',
    ]
    expect(logLines(log.join('\n'))).toEqual(['mlflow-sync 1.0', 'committed abc: 1 created'])
  })

  test('contains errors and warnings with their place', () => {
    const log = [
      '::error title=MLflow sync,file=deploy/template.yaml,line=4::no value%0Aadd a fallback',
      '::warning::an alias matches nothing',
      '::notice::not shown',
      'error: only a line of the log',
    ]
    expect(annotationLines(log.join('\n'))).toEqual([
      'error: deploy/template.yaml:4: no value',
      'add a fallback',
      'warning: an alias matches nothing',
    ])
  })

  test.each([
    ['## Committed [<code>abc</code>](https://x.y/z) to **main**&#58; `a: b`.'],
    ['Committed `abc` to main: a: b.'],
    ['## Committed abc to main: a: b.\n\n| a |\n| --- |\n| b |'],
    ['> [!CAUTION]\n> Committed abc\n> to main: a: b.\n\nMore'],
  ])('contains the first sentence of the summary as plain text: %j', (summary) => {
    expect(headline(summary)).toBe('Committed abc to main: a: b.')
  })

  test('contains the changed lines of a diff, but not the names of the files', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a: 1\n+a: 2\n b: 3\n-- item\n'
    expect(changedLines(diff)).toEqual(['-a: 1', '+a: 2', '-- item'])
  })

  test('contains one section of a values file', () => {
    expect(section('# x\nglobal:\n  a: 1\n  b: 2\nvllm:\n  c: 3\n', 'global')).toEqual([
      'global:',
      '  a: 1',
      '  b: 2',
    ])
    expect(section('vllm:\n', 'global')).toEqual([])
  })

  test('has lines that fit, and keeps long words and indentation', () => {
    expect(wrap('one two three\n  four five', 9)).toEqual(['one two', 'three', '  four', '  five'])
    expect(wrap('see https://example.com/long', 10)).toEqual(['see', 'https://example.com/long'])
  })
})

describe('the results of the demo', () => {
  test('are files that the index links to, and replace those of an earlier tour', async () => {
    const directory = join(scratch, 'results')
    await new Results(directory).saveFile('old.txt', '')
    const results = new Results(directory)
    expect(existsSync(join(directory, 'old.txt'))).toBe(false)
    await results.begin('1. Check', 'Writes nothing.')
    const step = new Step({
      exitCode: 0,
      log: '::add-mask::secret\ndone\n',
      stderr: '',
      outputs: { operation: 'checked', 'report-file': '/gone/report.json' },
      summary: '**All** is well',
      report: '{"schemaVersion":1}',
    })
    await results.saveStep('1-check', 'the step', step)
    await results.savePullRequest('2-pull', 'A title', 'A body')

    const index = readFileSync(results.indexPath, 'utf8')
    const links = [...index.matchAll(/href="([^"]+)"/g)].map(([, target = '']) => target)
    expect(links).toHaveLength(7)
    for (const link of links)
      expect([link, existsSync(join(directory, link))]).toEqual([link, true])
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8')
    expect(read('1-check/log.txt')).toBe('done\n')
    expect(read('1-check/outputs.txt')).toBe('operation=checked\nreport-file=report.json\n')
    expect(read('1-check/summary.html')).toContain('<strong>All</strong> is well')
    expect(read('2-pull/pull-request.html')).toContain('A body')
  })
})

describe('the colours of the demo', () => {
  const root = join(import.meta.dirname, '..', '..')
  const program = `
    const { heading, say } = await import('./testing/demo/terminal.ts')
    heading('title')
    say('fine', { style: 'green' })`
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '-e', program]
  const env = { PATH: process.env.PATH, TERM: 'xterm-256color' }
  const onTerminal = (more: NodeJS.ProcessEnv = {}): string => {
    const args = ['-c', 'import pty, sys; pty.spawn(sys.argv[1:])', ...node]
    return execFileSync('python3', args, { cwd: root, env: { ...env, ...more } }).toString()
  }

  test('are there on a terminal', () => {
    expect(onTerminal()).toContain('\u001b[1mtitle')
  })

  test('are not there if NO_COLOR is set', () => {
    expect(onTerminal({ NO_COLOR: '1' })).toBe('\r\ntitle\r\nfine\r\n')
  })

  test('are not there in a pipe', () => {
    const [command = '', ...args] = node
    expect(execFileSync(command, args, { cwd: root, env }).toString()).toBe('\ntitle\nfine\n')
  })
})

test("MLflow's web pages have the version of its server", () => {
  const version = (file: string, name: string): string | undefined =>
    new RegExp(`^${name}==(\\S+)`, 'm').exec(readFileSync(`testing/mlflow/${file}`, 'utf8'))?.[1]
  const server = version('requirements-3.in', 'mlflow-skinny')
  expect(server).toMatch(/^3\./)
  expect(version('requirements-ui.txt', 'mlflow')).toBe(server)
})
