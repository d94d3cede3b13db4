/** What became of one labelled picture. */
export interface Answered {
  readonly file: string;
  readonly style: string;
  readonly expected: string;
  /** What was read; null for a picture that could not be used. */
  readonly got: string | null;
  /** 0 to 1. */
  readonly confidence: number;
  /** CPU time of this process, from file bytes to answer. */
  readonly cpuMs: number;
}

export type WrongAnswer = Pick<Answered, "file" | "expected" | "got" | "confidence">;

/** Right answers among some pictures. */
export interface GroupScore {
  readonly total: number;
  /** Right answers, character by character. */
  readonly exact: number;
  /** Right answers if case does not count. */
  readonly folded: number;
}

/** The pictures whose confidence lies in one tenth of the scale. */
export interface Band {
  readonly total: number;
  readonly right: number;
  /** The sum of the confidences. */
  readonly confidence: number;
}

/** A character that was read as another; an empty one is missing or added. */
export interface Confusion {
  readonly expected: string;
  readonly got: string;
  readonly count: number;
}

/** Where it says right without saying which, an answer is right in the sense that `caseSensitive` names. */
export interface BenchReport extends GroupScore {
  /** Whether upper and lower case were told apart, as the confidences then were too. */
  readonly caseSensitive: boolean;
  /** By the length of the expected answer. */
  readonly perLength: Readonly<Record<string, GroupScore>>;
  /** By style, if the files' names tell styles apart. */
  readonly perStyle: Readonly<Record<string, GroupScore>>;
  /** Ten bands of confidence, the lowest first. */
  readonly bands: readonly Band[];
  /** Expected calibration error: mean gap between confidence and being right over the bands, weighted by pictures. */
  readonly calibrationError: number;
  /** What a caller gets who asks for a `recognizingThreshold` of 90. */
  readonly at90: { readonly answered: number; readonly right: number };
  readonly cpuMs: { readonly median: number; readonly p95: number };
  /** The most frequent first. */
  readonly confusions: readonly Confusion[];
  /** The surest first. */
  readonly wrong: readonly WrongAnswer[];
}

const BANDS = 10;
const SURE = 0.9;

/** Whether an answer is right if case does not count. */
export function isRight({ expected, got }: Pick<Answered, "expected" | "got">): boolean {
  return got?.toLowerCase() === expected.toLowerCase();
}

/** Whether an answer is right character by character. */
function isExact({ expected, got }: Answered): boolean {
  return got === expected;
}

/**
 * Adds up what became of the pictures.
 * @param caseSensitive whether case counts. It has to be what the reader was told: its confidence is that of the exact text
 * then, and of the text in any case otherwise
 */
export function scoreOf(answers: readonly Answered[], caseSensitive = false): BenchReport {
  const judge = caseSensitive ? isExact : isRight;
  const bands = bandsOf(answers, judge);
  const gap = bands.reduce((sum, band) => sum + Math.abs(band.confidence - band.right), 0);
  const times = answers.map(({ cpuMs }) => cpuMs).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  const sure = answers.filter(({ confidence }) => confidence >= SURE);
  return {
    caseSensitive,
    ...groupScore(answers),
    perLength: groups(answers, ({ expected }) => String(Array.from(expected).length)),
    perStyle: groups(answers, ({ style }) => style),
    bands,
    calibrationError: gap / answers.length,
    at90: { answered: sure.length, right: sure.filter(judge).length },
    cpuMs: { median: at(0.5), p95: at(0.95) },
    confusions: confusionsOf(answers, caseSensitive),
    wrong: answers
      .filter((answer) => !judge(answer))
      .toSorted((a, b) => b.confidence - a.confidence)
      .map(({ file, expected, got, confidence }) => ({ file, expected, got, confidence })),
  };
}

/** How many of some pictures are right in the sense of the report that they are part of. */
export function rightOf({ exact, folded }: GroupScore, report: BenchReport): number {
  return report.caseSensitive ? exact : folded;
}

function groupScore(answers: readonly Answered[]): GroupScore {
  return {
    total: answers.length,
    exact: answers.filter(isExact).length,
    folded: answers.filter(isRight).length,
  };
}

function bandsOf(answers: readonly Answered[], judge: (answer: Answered) => boolean): Band[] {
  const bands = Array.from({ length: BANDS }, () => ({ total: 0, right: 0, confidence: 0 }));
  for (const answer of answers) {
    const band = bands[Math.min(BANDS - 1, Math.floor(answer.confidence * BANDS))]!;
    band.total++;
    band.confidence += answer.confidence;
    if (judge(answer)) band.right++;
  }
  return bands;
}

function groups(
  answers: readonly Answered[],
  nameOf: (answer: Answered) => string,
): Record<string, GroupScore> {
  const all = Object.entries(Object.groupBy(answers, nameOf)).map(([name, members = []]) => [
    name,
    groupScore(members),
  ]);
  return Object.fromEntries(all) as Record<string, GroupScore>;
}

function confusionsOf(answers: readonly Answered[], caseSensitive: boolean): Confusion[] {
  const same = (left: string, right: string): boolean =>
    left === right || (!caseSensitive && left.toLowerCase() === right.toLowerCase());
  const counts = new Map<string, number>();
  for (const { expected, got } of answers) {
    if (got === null) continue;
    for (const [left, right] of align(Array.from(expected), Array.from(got), same)) {
      if (same(left, right)) continue;
      const key = `${left}\t${right}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([key, count]) => {
      const [expected = "", got = ""] = key.split("\t");
      return { expected, got, count };
    });
}

/** The characters of two texts side by side with as few differences as can be; a gap is an empty text. */
function align(
  left: readonly string[],
  right: readonly string[],
  isSame: (left: string, right: string) => boolean,
): [string, string][] {
  const same = (i: number, j: number): boolean => isSame(left[i]!, right[j]!);
  // cost[i][j]: differences between what follows after i characters of the one and j of the other.
  const cost = Array.from({ length: left.length + 1 }, () => right.concat("").map(() => 0));
  for (let i = left.length; i >= 0; i--) {
    for (let j = right.length; j >= 0; j--) {
      if (i === left.length || j === right.length) cost[i]![j] = left.length - i + right.length - j;
      else {
        const both = cost[i + 1]![j + 1]! + (same(i, j) ? 0 : 1);
        cost[i]![j] = Math.min(both, cost[i + 1]![j]! + 1, cost[i]![j + 1]! + 1);
      }
    }
  }
  const pairs: [string, string][] = [];
  for (let [i, j] = [0, 0]; i < left.length || j < right.length;) {
    const here = cost[i]![j]!;
    const both = i < left.length && j < right.length && cost[i + 1]![j + 1]! + (same(i, j) ? 0 : 1) === here;
    if (both) pairs.push([left[i++]!, right[j++]!]);
    else if (i < left.length && cost[i + 1]![j]! + 1 === here) pairs.push([left[i++]!, ""]);
    else pairs.push(["", right[j++]!]);
  }
  return pairs;
}
