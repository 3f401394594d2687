import type { Colours } from './colours.ts';

const FONT = 'Inter, system-ui, "Segoe UI", Roboto, sans-serif';

/** What all charts have in common. */
export function base(colours: Colours): Record<string, unknown> {
  return {
    color: [...colours.series],
    textStyle: { fontFamily: FONT, color: colours.ink },
    // Numbers are there at once; a dozen charts that grow keep a small machine busy for as long.
    animation: false,
    aria: { enabled: false },
    grid: { left: 4, right: 12, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink, fontSize: 13 },
      axisPointer: { type: 'shadow', shadowStyle: { color: colours.line, opacity: 0.35 } },
    },
  };
}

export function legend(colours: Colours): Record<string, unknown> {
  return {
    top: 0,
    left: 0,
    icon: 'roundRect',
    itemWidth: 12,
    itemHeight: 4,
    textStyle: { color: colours.muted, fontFamily: FONT },
  };
}

export function categories(colours: Colours, data: readonly string[]): Record<string, unknown> {
  return {
    type: 'category',
    data: [...data],
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    axisLabel: { color: colours.muted, hideOverlap: true },
  };
}

/** Marks of an axis of time that people would set: an hour, not 5.6 of them. */
const STEPS = [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 432_000];

/** What an axis of a unit needs for its marks to be whole: no half of a call, no 120 % of a share. */
export function marks(unit: string | undefined, most: number): Record<string, unknown> {
  switch (unit) {
    case 'seconds': {
      const interval = STEPS.find((step) => most / step <= 5);
      return interval === undefined ? {} : { interval };
    }
    case 'share':
      return most > 0.8 && most <= 1 ? { max: 1 } : {};
    case 'money':
    case 'ratio':
    case 'points':
    case 'hours':
    case 'days':
    case 'months':
      return {};
    default:
      return { minInterval: 1 };
  }
}

export function values(colours: Colours, formatter: (value: number) => string): Record<string, unknown> {
  return {
    type: 'value',
    splitNumber: 4,
    splitLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.muted, formatter },
  };
}
