const [WIDTH, HEIGHT] = [120, 32];

/** A line without axes: the shape of the period, not its numbers, which the title beside it says. Gaps are gaps. */
export function Sparkline({ values, isRatio }: { values: readonly (number | null)[]; isRatio: boolean }) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return null;
  const low = isRatio ? Math.min(...known) : Math.min(0, ...known);
  const spread = Math.max(...known) - low || 1;
  const point = (value: number, index: number): string =>
    `${((index / (values.length - 1)) * WIDTH).toFixed(1)} ${(HEIGHT - 2 - ((value - low) / spread) * (HEIGHT - 4)).toFixed(1)}`;
  let path = '';
  let isDown = false;
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false;
      return;
    }
    path += `${isDown ? 'L' : 'M'}${point(value, index)}`;
    isDown = true;
  });
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={path} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
