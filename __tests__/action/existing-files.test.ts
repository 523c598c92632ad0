import { describe, expect, test } from '@jest/globals'
import { isBlobRead } from '../../testing/github/faults.ts'
import type { FileContent } from '../../testing/github/git/store.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })

const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')

/** Registers a run whose path is already taken; `suffix` is appended to the path. */
async function projectWithFile(content: (runId: string, name: string) => FileContent, suffix = '') {
  const project = world.createProject()
  const { runId, name } = await project.registerExternal('model')
  const path = `${runId}.yaml`
  project.repository.push('main', { [path + suffix]: content(runId, name) })
  return { project, runId, name, path, read: () => project.repository.read(path) }
}

describe('an existing file', () => {
  test('keeps every byte outside the owned values: CRLF, comments, anchors, no final newline', async () => {
    const content = (runId: string): string =>
      [
        '# ours',
        '---',
        'global:   # shared',
        `  runid: "${runId}"  # the run`,
        "  modelVersion: '0'",
        '  extra: &x  1',
        'other: [ *x,  2 ]',
        'text: |',
        '   keeps  its',
        '   form',
        'last: "no newline"',
      ].join('\r\n')
    const { project, runId, name, read } = await projectWithFile(content)
    const step = await project.sync()
    expect(step.outputs['updated-count']).toBe('1')
    expect(read()).toBe(
      content(runId)
        .replace("modelVersion: '0'", "modelVersion: '1'")
        .replace(
          '  extra: &x  1\r\n',
          `  extra: &x  1\r\n  experimentId: "${world.experiment.id}"\r\n  timestamp: ${today}\r\n  modelName: ${name}\r\n`,
        ),
    )
    expect((await project.sync()).outputs.operation).toBe('none')
  })

  test('gets global as its first key when it has none, above the comment of the next one', async () => {
    const text = '# head\n\n# how many\nreplicas: 2\n'
    const { project, runId, read } = await projectWithFile(() => text)
    await project.sync()
    expect(read()).toMatch(
      new RegExp(
        `^# head\\n\\nglobal:\\n  experimentId: "${world.experiment.id}"\\n  runid: "?${runId}"?\\n`,
      ),
    )
    expect(read()).toMatch(/modelVersion: "1"\n# how many\nreplicas: 2\n$/)
  })

  test('is up to date with a plain number where the action writes a quoted string', async () => {
    const { project } = await projectWithFile(
      (runId, name) =>
        `global: {experimentId: "${world.experiment.id}", runid: "${runId}", timestamp: ${today}, modelName: ${name}, modelVersion: 1}\n`,
    )
    const step = await project.sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  })

  test('is replaced when it is damaged, with a warning that names the commit of the old file', async () => {
    const { project, path, read } = await projectWithFile(() => 'global: [\n  : {')
    const head = project.repository.head()
    const step = await project.sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs['updated-count']).toBe('1')
    expect(step.log).toMatch(new RegExp(`::warning.*${path}.*rendered again.*${head}`))
    expect(read()).toContain('modelVersion: "1"')
  })

  test.each([
    ['global is a list', 'global: [1]\n'],
    ['global is an alias', 'a: &a {}\nglobal: *a\n'],
    ['it has several documents', 'global: {}\n---\na: 1\n'],
    ['the root is a list', '- a\n'],
    ['only some YAML readers accept it', 'global: {}# note\n'],
    ['it is UTF-16 text', Buffer.from('\uFEFFglobal: {}\n', 'utf16le')],
    ['global.runid names another run', 'global: {runid: "0123"}\n'],
  ])('is left alone and fails when %s', async (_reason, text) => {
    const { project, path } = await projectWithFile(() => text)
    const head = project.repository.head()
    const step = await project.sync()
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
    expect(project.repository.head()).toBe(head)
    expect(step.changes[0]).toMatchObject({ outcome: 'failed', path })
  })

  test('that only some YAML readers accept is annotated at its line, with what to do', async () => {
    const { project, path } = await projectWithFile(() => '# mine\nglobal: {}# note\n')
    const step = await project.sync()
    expect(step.changes[0]?.reason).toMatch(
      /^not changed: line 2: .*\. Correct the file, delete it and run once with the input `recreate`, or put it on hold with the comment `# mlflow-sync: hold`\.$/,
    )
    expect(step.log).toMatch(
      new RegExp(`^::error title=mlflow-sync%3A .* version 1,file=${path},line=2::`, 'm'),
    )
  })

  test('keeps its mode', async () => {
    const { project, path, read } = await projectWithFile((runId) => ({
      content: `global: {runid: "${runId}"}\n`,
      mode: '100755',
    }))
    const step = await project.sync()
    expect(step.outputs.operation).toBe('committed')
    expect(project.repository.git('ls-tree', 'main', path)).toMatch(/^100755/)
    expect(read()).toContain('modelVersion: "1"')
  })

  test('is not taken for the text that GitHub makes of bytes that are none', async () => {
    const { project, path } = await projectWithFile((runId) =>
      Buffer.from(`# caf\xe9\nglobal: {runid: "${runId}"}\n`, 'latin1'),
    )
    const step = await project.sync()
    expect(step.changes[0]).toMatchObject({ outcome: 'updated', path })
    expect(step.warnings.join('\n')).toContain('line 1: bytes that are not UTF-8 text')
  })

  test('is left alone if GitHub sends content that does not match its hash', async () => {
    const { project } = await projectWithFile(() => `# ${'x'.repeat(600_000)}\n`)
    const head = project.repository.head()
    const body = JSON.stringify({ content: '', encoding: 'base64' })
    world.github.inject({ kind: 'respond', status: 200, body }, { match: isBlobRead })
    const step = await project.sync()
    expect(step.log).toMatch(/GitHub's response can't be used: .* does not match its hash/)
    expect(step.outputs).toMatchObject({ operation: 'failed', changed: 'false' })
    expect(project.repository.head()).toBe(head)
  })

  test('is read byte for byte when it has a byte order mark or is too large for GraphQL', async () => {
    const start = `\uFEFF# ${'x'.repeat(600_000)}\n`
    const { project, read } = await projectWithFile(
      (runId) => `${start}global: {runid: "${runId}"}\n`,
    )
    expect((await project.sync()).outputs['updated-count']).toBe('1')
    expect(read().startsWith(`${start}global:`)).toBe(true)
  })
})

describe('a path that is not a file', () => {
  test('is left alone and fails when it is a symbolic link', async () => {
    const { project } = await projectWithFile(() => ({ content: 'elsewhere', mode: '120000' }))
    const head = project.repository.head()
    const step = await project.sync()
    expect(step.changes[0]).toMatchObject({
      reason: 'a symbolic link is in the way of its file: move it elsewhere',
    })
    expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
    expect(project.repository.head()).toBe(head)
  })

  test('is left alone and fails when it is a directory', async () => {
    const { project } = await projectWithFile(() => 'a', '/x')
    const head = project.repository.head()
    const step = await project.sync()
    expect(step.changes[0]).toMatchObject({
      reason: 'a directory is in the way of its file: move it elsewhere',
    })
    expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
    expect(project.repository.head()).toBe(head)
  })
})
