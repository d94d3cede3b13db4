import type { Band } from "./score.ts";
import { escape } from "./escape.ts";

/** One line of a reliability plot. */
export interface Series {
  readonly name: string;
  readonly bands: readonly Band[];
}

const SIDE = 320;
const LEFT = 56;
const TOP = 16;
const BOTTOM = 48;
/** Far enough apart for colour-blind readers, and readable on white and on dark. */
const COLOURS = ["#2f7fd0", "#d9772b", "#3a9a5b", "#a765c9"];

const x = (share: number): string => (LEFT + share * SIDE).toFixed(1);
const y = (share: number): string => (TOP + (1 - share) * SIDE).toFixed(1);

/**
 * How often answers were right (upwards) against how sure the recogniser was of them (to the right), as an SVG drawing. On
 * the diagonal a confidence is worth what it says. A dot's area grows with its band's pictures. The rest is drawn in the
 * colour of the text around.
 */
export function reliabilityPlot(series: readonly Series[]): string {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => {
    const label = `${Math.round(share * 100)}`;
    return (
      `<path d="M${x(share)} ${y(0)}V${y(1)}M${x(0)} ${y(share)}H${x(1)}" stroke="currentColor" stroke-opacity="0.15"/>` +
      `<text x="${x(share)}" y="${TOP + SIDE + 18}" text-anchor="middle">${label}</text>` +
      `<text x="${LEFT - 8}" y="${Number(y(share)) + 4}" text-anchor="end">${label}</text>`
    );
  });
  const legend = series.map(
    ({ name }, i) =>
      `<circle cx="${LEFT + 14}" cy="${TOP + 16 + i * 20}" r="5" fill="${colour(i)}"/>` +
      `<text x="${LEFT + 26}" y="${TOP + 20 + i * 20}">${escape(name)}</text>`,
  );
  const [width, height] = [LEFT + SIDE + 16, TOP + SIDE + BOTTOM];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Reliability: answers that were right against the confidence in them" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="currentColor">
${ticks.join("\n")}
<path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}" stroke="currentColor" stroke-opacity="0.5" stroke-dasharray="4 4"/>
${series.map(line).join("\n")}
${legend.join("\n")}
<text x="${LEFT + SIDE / 2}" y="${TOP + SIDE + 38}" text-anchor="middle">confidence, %</text>
<text transform="translate(16 ${TOP + SIDE / 2}) rotate(-90)" text-anchor="middle">right, %</text>
</svg>`;
}

const colour = (i: number): string => COLOURS[i % COLOURS.length]!;

function line({ bands }: Series, i: number): string {
  const total = bands.reduce((sum, band) => sum + band.total, 0);
  const points = bands
    .filter((band) => band.total > 0)
    .map((band) => ({
      at: [x(band.confidence / band.total), y(band.right / band.total)] as const,
      radius: 2.5 + 10 * Math.sqrt(band.total / total),
    }));
  const path = points.map(({ at }) => at.join(" ")).join("L");
  const dots = points.map(
    ({ at: [cx, cy], radius }) =>
      `<circle cx="${cx}" cy="${cy}" r="${radius.toFixed(1)}" fill="${colour(i)}" fill-opacity="0.75"/>`,
  );
  return `<path d="M${path}" fill="none" stroke="${colour(i)}" stroke-width="2"/>${dots.join("")}`;
}
