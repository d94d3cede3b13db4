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

/** Right answers among some pictures; case does not count. */
export interface GroupScore {
  readonly total: number;
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

export interface BenchReport {
  readonly total: number;
  /** Right answers, character by character. */
  readonly exact: number;
  /** Right answers if case does not count. */
  readonly folded: number;
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
  /** Not right even case-folded; the surest first. */
  readonly wrong: readonly WrongAnswer[];
}

const BANDS = 10;
const SURE = 0.9;

/** Whether an answer is right if case does not count. */
export function isRight({ expected, got }: Pick<Answered, "expected" | "got">): boolean {
  return got?.toLowerCase() === expected.toLowerCase();
}

/** Adds up what became of the pictures. */
export function scoreOf(answers: readonly Answered[]): BenchReport {
  const right = answers.filter(isRight);
  const bands = bandsOf(answers);
  const gap = bands.reduce((sum, band) => sum + Math.abs(band.confidence - band.right), 0);
  const times = answers.map(({ cpuMs }) => cpuMs).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  const sure = answers.filter(({ confidence }) => confidence >= SURE);
  return {
    total: answers.length,
    exact: answers.filter(({ expected, got }) => got === expected).length,
    folded: right.length,
    perLength: groups(answers, ({ expected }) => String(Array.from(expected).length)),
    perStyle: groups(answers, ({ style }) => style),
    bands,
    calibrationError: gap / answers.length,
    at90: { answered: sure.length, right: sure.filter(isRight).length },
    cpuMs: { median: at(0.5), p95: at(0.95) },
    confusions: confusionsOf(answers),
    wrong: answers
      .filter((answer) => !isRight(answer))
      .toSorted((a, b) => b.confidence - a.confidence)
      .map(({ file, expected, got, confidence }) => ({ file, expected, got, confidence })),
  };
}

function bandsOf(answers: readonly Answered[]): Band[] {
  const bands = Array.from({ length: BANDS }, () => ({ total: 0, right: 0, confidence: 0 }));
  for (const answer of answers) {
    const band = bands[Math.min(BANDS - 1, Math.floor(answer.confidence * BANDS))]!;
    band.total++;
    band.confidence += answer.confidence;
    if (isRight(answer)) band.right++;
  }
  return bands;
}

function groups(
  answers: readonly Answered[],
  nameOf: (answer: Answered) => string,
): Record<string, GroupScore> {
  const all = Object.entries(Object.groupBy(answers, nameOf)).map(([name, members = []]) => [
    name,
    { total: members.length, folded: members.filter(isRight).length },
  ]);
  return Object.fromEntries(all) as Record<string, GroupScore>;
}

function confusionsOf(answers: readonly Answered[]): Confusion[] {
  const counts = new Map<string, number>();
  for (const { expected, got } of answers) {
    if (got === null) continue;
    for (const [left, right] of align(Array.from(expected), Array.from(got))) {
      if (left.toLowerCase() === right.toLowerCase()) continue;
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
function align(left: readonly string[], right: readonly string[]): [string, string][] {
  const same = (i: number, j: number): boolean => left[i]!.toLowerCase() === right[j]!.toLowerCase();
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
