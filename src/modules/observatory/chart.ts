import { BarChart } from 'echarts/charts';
import { AriaComponent, GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, GridComponent, AriaComponent, SVGRenderer]);

export interface BarOptions {
  labels: string[];
  /** `null`: hidden; drawn as a gap that the table explains. */
  values: (number | null)[];
  rtl: boolean;
  dark: boolean;
  /** Drawn for a phone: scaled down, a wide chart's words could not be read. */
  narrow?: boolean;
  /** Read to whoever does not see it. */
  description: string;
  horizontal?: boolean;
}

const FONT = "'IBM Plex Sans Arabic','IBM Plex Sans','Noto Sans Arabic','Noto Sans Tifinagh',sans-serif";

/** A bar chart as SVG, drawn on the server. Time runs in the direction of reading. */
export function barChart(options: BarOptions): string {
  const { labels, values, rtl, dark, narrow = false, horizontal = false } = options;
  const ink = dark ? '#A9B4C2' : '#55606E';
  const line = dark ? '#2B3645' : '#E4DED2';
  const height = horizontal ? Math.max(160, labels.length * 34 + 40) : 300;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: narrow ? 340 : 680, height });
  const category = {
    type: 'category' as const,
    data: labels,
    inverse: horizontal ? true : rtl,
    axisLabel: {
      color: ink,
      fontFamily: FONT,
      fontSize: 13,
      interval: 0,
      ...(horizontal ? { width: narrow ? 130 : 240, overflow: 'break' as const } : {}),
    },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    ...(horizontal ? { position: rtl ? ('right' as const) : ('left' as const) } : {}),
  };
  const value = {
    type: 'value' as const,
    minInterval: 1,
    splitNumber: narrow ? 3 : 5,
    inverse: horizontal && rtl,
    ...(horizontal ? {} : { position: rtl ? ('right' as const) : ('left' as const) }),
    axisLabel: { color: ink, fontFamily: FONT, fontSize: 13 },
    splitLine: { lineStyle: { color: line } },
  };
  chart.setOption({
    animation: false,
    aria: { enabled: true, label: { description: options.description } },
    grid: { top: 20, bottom: 20, left: 12, right: 12, containLabel: true },
    xAxis: horizontal ? value : category,
    yAxis: horizontal ? category : value,
    series: [
      {
        type: 'bar',
        data: values.map((v) => v ?? '-'),
        itemStyle: { color: dark ? '#5CC9B5' : '#0B5D52', borderRadius: 4 },
        barMaxWidth: 40,
        label: {
          show: true,
          position: horizontal ? (rtl ? 'left' : 'right') : 'top',
          color: ink,
          fontFamily: FONT,
          fontSize: 13,
        },
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
