import type { Step } from './step.ts'

/** Variables that make the action write to its standard error how much memory it had at most. */
export const showPeakMemory = {
  // As in a workflow.
  NODE_DISABLE_COMPILE_CACHE: '1',
  NODE_OPTIONS: `--import=data:text/javascript,process.on('exit',()=>console.error(process.getBuiltinModule('fs').readFileSync('/proc/self/status','utf8')))`,
}

/** Peak of the resident memory of a step with `showPeakMemory`. */
export function peakMebibytes({ stderr }: Step): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(stderr)?.[1]) / 1024
}
