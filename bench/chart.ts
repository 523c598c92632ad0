import { init, type EChartsCoreOption } from 'echarts'
import { competitorNames, type Competitor } from './competitors.ts'
import type { Figure, Results, Row } from './results.ts'
import { titles } from './tables.ts'

export const themes = ['light', 'dark'] as const

export type Theme = (typeof themes)[number]

/** A file below `docs/performance`, without its ending. */
export type ChartName = `seconds-${Theme}` | `listing-${Theme}`

const size = { width: 900, height: 400 }

/** Okabe and Ito's colours, which people with any colour vision can tell apart. */
const colours: Readonly<Record<Competitor, string>> = {
  action: '#0072b2',
  floor: '#999999',
  'git push': '#e69f00',
  'per file': '#cc79a7',
}

/** Those of GitHub's pages. */
const surfaces = {
  light: { background: '#ffffff', text: '#1f2328', line: '#d1d9e0' },
  dark: { background: '#0d1117', text: '#f0f6fc', line: '#3d444d' },
} as const satisfies Record<Theme, object>

/** A diagram with the number of versions on its horizontal axis. */
type Panel = {
  readonly title: string
  readonly rows: readonly Row[]
  readonly valueOf: (row: Row) => Figure | undefined
}

/** The SVG files of the page. */
export function charts(results: Results): ReadonlyMap<ChartName, string> {
  return new Map(
    themes.flatMap((theme): [ChartName, string][] => [
      [`seconds-${theme}`, draw(secondsPanels(results), theme)],
      [`listing-${theme}`, draw(listingPanels(results), theme)],
    ]),
  )
}

function secondsPanels({ rows, setup }: Results): Panel[] {
  const valueOf = ({ competitor, seconds }: Row): Figure | undefined => {
    const figure = seconds[80]
    const added = competitor === 'git push' ? setup.seconds : 0
    return figure && { ...figure, value: figure.value + added }
  }
  return (['new', 'unchanged'] as const).map((kind) => ({
    title: `Seconds, all versions ${kind}`,
    rows: rows.filter((row) => row.kind === kind),
    valueOf,
  }))
}

function listingPanels({ rows }: Results): Panel[] {
  const listed = rows.filter(({ kind }) => kind === 'listed')
  return [
    {
      title: 'Processor time in seconds',
      rows: listed,
      valueOf: ({ processorSeconds }) => processorSeconds,
    },
    {
      title: 'Peak memory in MiB',
      rows: listed,
      valueOf: ({ memoryMiB }) => (memoryMiB === null ? undefined : { value: memoryMiB, runs: 1 }),
    },
  ]
}

function draw(panels: readonly Panel[], theme: Theme): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  chart.setOption(optionsFor(panels, theme))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}

function optionsFor(panels: readonly Panel[], theme: Theme): EChartsCoreOption {
  const { background, text, line } = surfaces[theme]
  const axis = {
    type: 'log',
    axisLabel: { color: text, formatter: (value: number) => value.toLocaleString('en') },
    axisLine: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line, opacity: 0.6 } },
    minorTick: { show: false },
  }
  const left = (index: number): string => `${6 + index * 49}%`
  return {
    animation: false,
    backgroundColor: background,
    textStyle: { fontFamily: 'sans-serif', fontSize: 12, color: text },
    legend: { bottom: 0, textStyle: { color: text } },
    title: panels.map(({ title }, index) => ({
      text: title,
      left: left(index),
      top: 8,
      textStyle: { color: text, fontSize: 14, fontWeight: 'normal' },
    })),
    grid: panels.map((_, index) => ({ left: left(index), width: '42%', top: 44, bottom: 72 })),
    xAxis: panels.map((_, gridIndex) => ({
      ...axis,
      gridIndex,
      name: 'versions',
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: { color: text },
    })),
    yAxis: panels.map((_, gridIndex) => ({ ...axis, gridIndex })),
    series: panels.flatMap((panel, index) => linesOf(panel, index, background)),
  }
}

/** One line for each competitor. Hollow points were extrapolated. */
function linesOf({ rows, valueOf }: Panel, index: number, background: string): object[] {
  return competitorNames.flatMap((competitor) => {
    const colour = colours[competitor]
    const data = rows.flatMap((row) => {
      const figure = row.competitor === competitor ? valueOf(row) : undefined
      if (figure === undefined) return []
      const fill = figure.runs === 0 ? background : colour
      const itemStyle = { color: fill, borderColor: colour, borderWidth: 2 }
      return [{ value: [row.count, figure.value], itemStyle }]
    })
    if (data.length === 0) return []
    const line = { type: 'line', symbol: 'circle', symbolSize: 7, name: titles[competitor], data }
    const style = { color: colour, width: competitor === 'action' ? 3 : 2 }
    return [{ ...line, xAxisIndex: index, yAxisIndex: index, color: colour, lineStyle: style }]
  })
}
