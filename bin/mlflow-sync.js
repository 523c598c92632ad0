#!/usr/bin/env node
// Runs the action from a terminal: the same bundle, with its inputs as flags. An older Node.js cannot
// even read the bundle, so the version is checked here.
import process from 'node:process'

const { node } = process.versions

if (Number(node.split('.')[0]) < 24) {
  process.stderr.write(
    `mlflow-sync needs Node.js 24 or newer, and this is ${node}. ` +
      'Install it from https://nodejs.org or with a version manager.\n',
  )
  process.exit(1)
}
await import('../dist/index.js')
