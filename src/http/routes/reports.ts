import { TASK_TYPES } from "../../protocol/catalogue/catalogue.ts";
import type { TaskType } from "../../protocol/catalogue/task-type.ts";
import { IMAGE_TYPES } from "../../protocol/catalogue/images.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { preview } from "../../protocol/fields.ts";
import type { Report, Reported } from "../../tasks/report.ts";
import type { Method } from "../method.ts";
import { isPossible, missingTask, readAnyId } from "../task-id.ts";

/** Takes one report down. */
export type TakeReport = (report: Report) => Promise<Reported>;

const IMAGES = new Set(IMAGE_TYPES.map(({ name }) => name));
/** Titles of the task types that a report of each kind is for. */
const TYPES = {
  images: titles(({ name }) => IMAGES.has(name)),
  tokens: titles(({ name }) => !IMAGES.has(name)),
  all: titles(() => true),
} as const;

function titles(fits: (type: TaskType) => boolean): ReadonlySet<string> {
  return new Set(TASK_TYPES.filter(fits).map(({ title }) => title));
}

const SUCCESS = JSON.stringify({ errorId: 0, status: "success" });
const MAX_TEXT = 1_000;

/** The methods by which a caller says whether an answer was right: five of the protocol's family, two of 2Captcha's. */
export function reportMethods(take: TakeReport) {
  const method = (path: string, verdict: Report["verdict"], of: keyof typeof TYPES): Method => {
    const types = TYPES[of];
    return {
      path,
      async handle({ caller: { accountId, keyId }, fields }) {
        const taskId = readAnyId(fields["taskid"]);
        const label = of === "tokens" ? null : readText(fields["correcttext"]);
        const reported = isPossible(taskId)
          ? await take({ taskId, accountId, keyId, verdict, label, types })
          : ({ outcome: "missing" } as const);
        // As at the hosted service: a report of a picture that is gone is thanked for and changes nothing.
        const gone = reported.outcome === "missing" && of === "images";
        if (gone || reported.outcome === "accepted") return SUCCESS;
        throw refusal(reported, taskId);
      },
    };
  };
  return {
    reportIncorrectImageCaptcha: method("/reportIncorrectImageCaptcha", "incorrect", "images"),
    reportIncorrectTokenCaptcha: method("/reportIncorrectTokenCaptcha", "incorrect", "tokens"),
    reportIncorrectRecaptcha: method("/reportIncorrectRecaptcha", "incorrect", "tokens"),
    reportIncorrectHcaptcha: method("/reportIncorrectHcaptcha", "incorrect", "tokens"),
    reportCorrectRecaptcha: method("/reportCorrectRecaptcha", "correct", "tokens"),
    reportIncorrect: method("/reportIncorrect", "incorrect", "all"),
    reportCorrect: method("/reportCorrect", "correct", "all"),
  };
}

function refusal(reported: Exclude<Reported, { outcome: "accepted" }>, id: number): ProtocolError {
  if (reported.outcome === "missing") return missingTask(id);
  return new ReportRefused(reported.outcome === "again", `Task ${id} ${reasonOf(reported)}`);
}

/** A report of a task that exists: the protocol has no code of its own for it, its sister has. */
export class ReportRefused extends ProtocolError {
  /** Whether the task was reported before. */
  readonly again: boolean;

  constructor(again: boolean, description: string) {
    super("ERROR_NO_SUCH_CAPCHA_ID", description);
    this.again = again;
  }
}

function reasonOf(reported: Exclude<Reported, { outcome: "accepted" | "missing" }>): string {
  switch (reported.outcome) {
    case "again":
      return "was reported before, and a task is reported once.";
    case "too late":
      return "was solved too long ago to be reported.";
    case "other type":
      return `is of the type ${reported.type}, which this method is not for: pictures are reported with reportIncorrectImageCaptcha, tokens with reportIncorrectTokenCaptcha or reportCorrectRecaptcha.`;
    default:
      return `is ${reported.state}, not solved: there is no answer to report, and nothing is charged for it.`;
  }
}

/** The right text. */
function readText(value: unknown): string | null {
  if (value === undefined || value === "") return null;
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text === "string" && text.length <= MAX_TEXT) return text;
  throw new ProtocolError(
    "ERROR_INVALID_TASK",
    `The field correctText: expected the right text, at most ${MAX_TEXT} characters, got ${preview(value)}.`,
  );
}
