/** Pixels of a chart, in mail and on pages. */
export const CHART_WIDTH = 600;
export const CHART_HEIGHT = 240;
