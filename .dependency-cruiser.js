import { importTable } from './script/import-table.ts'

/** A row is a file, or the files directly in a folder. */
function pathOf(row) {
  return row.endsWith('.ts') ? `^${row}$` : `^${row}/[^/]+\\.ts$`
}

/** How a package is resolved: Node's own modules by name, others below node_modules. */
function packagePath(name) {
  return name.startsWith('node:') ? `^${name.slice('node:'.length)}$` : `^node_modules/${name}/`
}

const rows = Object.entries(importTable).map(([row, { folders, packages }]) => ({
  name: `${row} imports only what its row of the table allows`,
  comment: 'See the import table in ARCHITECTURE.md.',
  severity: 'error',
  from: { path: pathOf(row) },
  to: { pathNot: [pathOf(row), ...folders.map(pathOf), ...packages.map(packagePath)] },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rows,
    {
      name: 'no import cycles',
      comment: 'Move what both sides need into a module that imports neither.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every folder of src has a row of the table',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(importTable).map(pathOf) },
      to: {},
    },
    {
      name: 'testing imports only the types of the report from src',
      comment: 'Tests run the action as the runner does; they do not share its code.',
      severity: 'error',
      from: { path: '^testing/' },
      to: { path: '^src/', pathNot: '^src/report/report\\.ts$' },
    },
    {
      name: 'testing imports nothing but types from src',
      severity: 'error',
      from: { path: '^testing/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no unresolvable imports',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
    combinedDependencies: true,
  },
}
