/** Small charts as SVG paths: one unit a second, the newest at the right. Pure. */

export const WIDTH = 60;
export const HEIGHT = 20;

const BAR_WIDTH = 0.72;

const HEADROOM = 1.1;

/** The least of 1, 2, 3, 5, 10, 20, 30, ... that is above all values, so that the scale changes seldom. */
export function scaleOf(values, least = 1) {
  const greatest = Math.max(least, ...values.map((value) => (value ?? 0) * HEADROOM));
  const power = 10 ** Math.floor(Math.log10(greatest));
  return [1, 2, 3, 5, 10].map((step) => step * power).find((step) => step >= greatest);
}

/** A bar for each value that is not 0. */
export function bars(values, scale) {
  return columns(values, (value) => (value / scale) * HEIGHT);
}

/** A full column for each value that is true. */
export function bands(flags) {
  return columns(flags, (flag) => (flag ? HEIGHT : 0), 1);
}

/** A line through the values; null interrupts it, and a value that stands alone is a dot. */
export function line(values, scale) {
  const at = (value, i) => `${xOf(values, i) + 0.5},${round(HEIGHT - (value / scale) * HEIGHT)}`;
  return values
    .map((value, i) => {
      if (value === null) {
        return "";
      }
      const begins = i === 0 || values[i - 1] === null;
      return begins ? `M${at(value, i)}h0` : `L${at(value, i)}`;
    })
    .join("");
}

function columns(values, heightOf, width = BAR_WIDTH) {
  return values
    .map((value, i) => {
      const height = round(heightOf(value));
      return height > 0 ? `M${xOf(values, i)},${HEIGHT}v${-height}h${width}v${height}z` : "";
    })
    .join("");
}

function xOf(values, i) {
  return WIDTH - values.length + i;
}

function round(number) {
  return Math.round(number * 100) / 100;
}
