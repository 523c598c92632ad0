import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { launchArguments, pythonLauncher } from '../../testing/mlflow/launch.ts'

test.each([
  ['linux', 2, 'gunicorn'],
  ['darwin', 2, 'gunicorn'],
  ['win32', 2, 'waitress'],
  ['linux', 3, 'uvicorn'],
  ['win32', 3, 'uvicorn'],
] as const)(
  'on %s, MLflow %i is served by %s, which is installed there',
  (platform, version, name) => {
    const args = launchArguments({ version }, platform)
    expect(args.slice(0, pythonLauncher.length + 1)).toEqual([...pythonLauncher, name])
    const list = readFileSync(`testing/mlflow/requirements-${version}.txt`, 'utf8')
    const [, marker] =
      new RegExp(`^${name}==\\S+(?: ; sys_platform (.*))? \\\\$`, 'm').exec(list) ?? []
    const expected = { gunicorn: "!= 'win32'", waitress: "== 'win32'", uvicorn: undefined }
    expect(list).toContain(`\n${name}==`)
    expect(marker).toBe(expected[name])
  },
)
