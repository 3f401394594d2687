import { useEffect, useRef, type RefObject } from 'react';
import { useTheme } from '../shell/theme.ts';
import type { EChartsCoreOption, EChartsType } from './echarts.ts';
import { useColours, type Colours } from './colours.ts';

export interface ChartHandle {
  picture(): string | undefined;
}

interface ChartProps {
  readonly label: string;
  readonly height: number;
  readonly option: (colours: Colours) => EChartsCoreOption;
  readonly handle?: RefObject<ChartHandle | null>;
  /** Called with the index of the clicked item and of its series. */
  readonly onPick?: (index: number, series: number) => void;
}

/** Apart from the rest, since it is the larger half; asked for while the first numbers are, so that it is there when they come. */
export const loadECharts = () => import('./echarts.ts');

/** A chart of ECharts. */
export function Chart({ label, height, option, handle, onPick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const theme = useTheme();
  const colours = useColours(theme);
  const latest = useRef({ option, colours, onPick });
  latest.current = { option, colours, onPick };

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let isGone = false;
    const resize = new ResizeObserver(() => {
      const made = chart.current;
      // Told of the first size, too, in which it is drawn already.
      if (made && (made.getWidth() !== element.clientWidth || made.getHeight() !== element.clientHeight))
        made.resize();
    });
    void loadECharts().then(({ init }) => {
      if (isGone) return;
      const made = init(element, undefined, { renderer: 'canvas' });
      chart.current = made;
      made.on('click', ({ dataIndex, seriesIndex }) => latest.current.onPick?.(dataIndex, seriesIndex ?? 0));
      made.setOption(latest.current.option(latest.current.colours));
      element.dataset['drawn'] = 'true';
      resize.observe(element);
    });
    return () => {
      isGone = true;
      resize.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(option(colours), { notMerge: true });
  }, [option, colours]);
  useEffect(() => {
    if (handle === undefined) return;
    handle.current = {
      picture: () =>
        chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: colours.surface }),
    };
  }, [handle, colours]);
  return <div ref={box} className="chart" style={{ minHeight: height }} role="img" aria-label={label} />;
}
