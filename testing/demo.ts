import { startGitHub } from './github/server.ts'
import { runAction, type StepResult } from './action.ts'
import { mlflowApi } from './mlflow/registry.ts'
import { startMlflow } from './mlflow/server.ts'

/**
 * The main job, for real: MLflow with its SQLite store, a git repository behind GitHub's API, and
 * the committed `dist`. Every step says what it expects, and the demo fails when it is not so.
 */

const title = (text: string): void => console.log(`\n\x1b[1m━━ ${text}\x1b[0m`)

const indent = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')

const expect = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(`Not as expected: ${what}`)
  console.log(`  ✓ ${what}`)
}

const show = (result: StepResult): void => {
  const log = result.stdout.split('\n').filter((line) => !/^::(debug|add-mask)/.test(line))
  console.log(indent(log.join('\n')))
  if (result.stderr !== '') console.log(indent(result.stderr))
  console.log(
    `  outputs: ${JSON.stringify({ ...result.outputs, changes: '…', 'report-file': '…' })}`,
  )
}

const demo = async (): Promise<void> => {
  title('Starting a real MLflow 3 server and the GitHub stand-in')
  const mlflow = await startMlflow({ version: 3 })
  const github = await startGitHub()
  try {
    console.log(`  MLflow ${mlflow.url}, GitHub ${github.apiUrl}`)
    const repository = github.createRepository('acme/deployments', {
      files: { 'README.md': '# Deployments\n' },
    })
    const sync = (): Promise<StepResult> =>
      runAction({
        inputs: { 'mlflow-tracking-uri': mlflow.url, path: 'values' },
        github,
      })

    title('Registering two models in MLflow, with runs, parameters, metrics and an alias')
    const api = mlflowApi(mlflow)
    const experiment = await api.createExperiment('fine-tuning')
    const summarizer = await api.register('summarizer', experiment, {
      params: { base_model: 'llama-3-8b', epochs: '3' },
      metrics: { eval_accuracy: 0.91 },
    })
    const translator = await api.register('translator', experiment, {
      params: { base_model: 'qwen-2.5-7b', epochs: '2' },
      metrics: { eval_accuracy: 0.87 },
    })
    await api.setAlias('summarizer', 'champion', summarizer.version)
    console.log(`  summarizer: run ${summarizer.runId}\n  translator: run ${translator.runId}`)

    title('First sync')
    const first = await sync()
    show(first)
    expect(first.exitCode === 0, 'the step is green')
    expect(first.outputs['created-count'] === '2', 'two files were created')
    console.log('\n  The job summary:')
    console.log(indent(first.summary))
    console.log('\n  The commit:')
    console.log(indent(repository.git('log', '-1', '--stat', '--format=%h %s%n%n%b', 'main')))
    console.log(`\n  values/${summarizer.runId}.yaml:`)
    console.log(indent(repository.read(`values/${summarizer.runId}.yaml`)))

    title('Second sync: nothing to do')
    const head = repository.head()
    const second = await sync()
    show(second)
    expect(second.outputs.operation === 'none', 'nothing was written')
    expect(repository.head() === head, 'the branch did not move')

    title('A person edits a file by hand; the summarizer’s run is registered once more')
    const path = `values/${summarizer.runId}.yaml`
    const edited = repository
      .read(path)
      .replace('maxModelLen: 4096', 'maxModelLen: 16384 # long documents')
    repository.push('main', { [path]: edited }, 'Longer context for the summarizer')
    await api.createModelVersion({
      name: 'summarizer',
      source: `models:/${summarizer.modelId ?? ''}`,
      runId: summarizer.runId,
      ...(summarizer.modelId === undefined ? {} : { modelId: summarizer.modelId }),
    })

    title('Third sync')
    const third = await sync()
    show(third)
    expect(third.outputs['updated-count'] === '1', 'one file was updated')
    console.log('\n  The commit, with its diff:')
    const diff = repository.git('log', '-1', '-p', '--unified=1', '--format=%h %s%n%n%b', 'main')
    console.log(indent(diff))
    const changed = diff.split('\n').filter((line) => /^[-+] /.test(line))
    expect(
      changed.length === 2 && changed.every((line) => line.includes('modelVersion:')),
      'one line changed: the version; the edit by hand stayed',
    )
    expect(github.violations.length === 0, 'GitHub was asked nothing that it does not know')
    repository.fsck()
    title('All commits')
    console.log(indent(repository.git('log', '--format=%h %an: %s', 'main')))
  } finally {
    await github.close()
    await mlflow.stop()
  }
}

try {
  await demo()
  console.log('\nDone. Everything was stopped and removed.')
} catch (error) {
  console.error(
    `\nThe demo failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
  )
  process.exitCode = 1
}
