import { rightOf, type BenchReport, type GroupScore } from "../solvers/text-image/bench/score.ts";
import { table } from "./output.ts";

/** Rows for the longest table of wrong answers that is still read. */
const SHOWN_WRONG = 20;

/** What `glyphdesk bench` prints for people. */
export function summary(report: BenchReport): string {
  const { at90, calibrationError, cpuMs, wrong } = report;
  const unreadable = wrong.filter(({ got }) => got === null).length;
  const parts = [
    scores(report),
    `With a threshold of 90: ${share(at90.answered, report.total)} answered, ${share(at90.right, at90.answered)} of them right.`,
    `Calibration error ${calibrationError.toFixed(3)}. CPU a picture: median ${cpuMs.median.toFixed(1)} ms, 95th percentile ${cpuMs.p95.toFixed(1)} ms.`,
  ];
  if (unreadable > 0) {
    parts.push(
      `Unreadable, and counted as wrong: ${unreadable} of ${report.total}. \`glyphdesk solve\` says what is the matter with each.`,
    );
  }
  if (wrong.length > 0) {
    const rows = wrong
      .slice(0, SHOWN_WRONG)
      .map(({ file, expected, got, confidence }) => [
        file,
        expected,
        got ?? "(unreadable)",
        confidence.toFixed(3),
      ]);
    parts.push(
      `Wrong, the surest first (${rows.length} of ${wrong.length}):`,
      table(["FILE", "EXPECTED", "READ", "CONFIDENCE"], rows),
    );
  }
  return parts.join("\n\n");
}

const share = (count: number, total: number): string =>
  total === 0 ? "–" : `${((100 * count) / total).toFixed(1)} %`;

/** The sense of right that the groups are counted in comes first. */
function scores(report: BenchReport): string {
  const { total, exact, folded, caseSensitive, perLength, perStyle } = report;
  const groups = (all: Readonly<Record<string, GroupScore>>, nameOf: (group: string) => string) =>
    Object.entries(all).map(([group, score]) => [
      nameOf(group),
      String(score.total),
      share(rightOf(score, report), score.total),
    ]);
  const both = [
    ["case ignored", String(total), share(folded, total)],
    ["exact", String(total), share(exact, total)],
  ];
  return table(
    ["", "PICTURES", "RIGHT"],
    [
      ...(caseSensitive ? both.toReversed() : both),
      ...groups(perLength, (length) => `${length} characters`),
      ...(Object.keys(perStyle).length > 1 ? groups(perStyle, (name) => name || "–") : []),
    ],
  );
}
