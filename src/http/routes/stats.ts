import { toDollars } from "../../base/money.ts";
import type { Database } from "../../database/database.ts";
import { findType, TASK_TYPES } from "../../protocol/catalogue/catalogue.ts";
import type { TaskType } from "../../protocol/catalogue/task-type.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { preview } from "../../protocol/fields.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { QueueStats } from "../../tasks/queue-stats.ts";
import { spentByHour } from "../../tasks/usage.ts";
import type { Method } from "../method.ts";

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/** getSpendingStats: tasks and money of an account, hour by hour for 24 hours. */
export function getSpendingStats(database: Database): Method {
  return {
    path: "/getSpendingStats",
    async handle({ caller, fields }) {
      const from = readDate(fields["date"]) ?? Date.now() / 1000 - DAY_S + HOUR_S;
      const types =
        fields["queue"] === undefined || fields["queue"] === "" ? null : typesNamed(fields["queue"]);
      const hours = await spentByHour(
        database,
        caller.accountId,
        from,
        types && types.map(({ title }) => title),
      );
      const data = hours.map(({ from, solved, spent }) => ({
        dateFrom: from,
        dateTill: from + HOUR_S - 1,
        volume: solved,
        money: toDollars(spent),
      }));
      return JSON.stringify({ errorId: 0, data });
    },
  };
}

/** Epoch seconds up to the year 9999. */
const MAX_DATE = 253_402_300_799;

function readDate(value: unknown): number | null {
  if (value === undefined || value === "" || value === 0) return null;
  const date = typeof value === "string" && /^\d{1,12}$/.test(value.trim()) ? Number(value) : value;
  if (typeof date === "number" && date > 0 && date <= MAX_DATE) return date;
  throw new ProtocolError(
    "ERROR_INVALID_TASK",
    `The field date: expected epoch seconds of the hour to begin with, or nothing for the last 24 hours, got ${preview(value)}.`,
  );
}

/** The numbers under which Anti-Captcha, whose method this is, knows its queues. */
const QUEUES: ReadonlyMap<number, string> = new Map([
  [1, "ImageToTextTask"],
  [2, "ImageToTextTask"],
  ...[5, 6].map((id) => [id, "RecaptchaV2Task"] as const),
  ...[7, 10].map((id) => [id, "FunCaptchaTask"] as const),
  ...[12, 13].map((id) => [id, "GeeTestTask"] as const),
  ...[18, 19, 20].map((id) => [id, "RecaptchaV3TaskProxyless"] as const),
  ...[21, 22, 29].map((id) => [id, "HCaptchaTask"] as const),
  ...[23, 24].map((id) => [id, "RecaptchaV2EnterpriseTask"] as const),
  ...[26, 27].map((id) => [id, "TurnstileTask"] as const),
  [28, "ComplexImageTask"],
]);

/** getQueueStats: how busy whoever answers a task type is. It needs no key. */
export function getQueueStats(stats: QueueStats): (fields: JsonObject) => Promise<string> {
  return async (fields) => {
    const id = Number(fields["queueid"] ?? Number.NaN);
    const types = typesNamed(QUEUES.get(id) ?? fields["queue"] ?? fields["queueid"]);
    const { waiting, load, total, queued, bid, speed } = await stats.of(types);
    return JSON.stringify({ errorId: 0, waiting, load, bid: toDollars(bid), speed, total, queued });
  };
}

/** The types that a name stands for: one, or all variants. */
function typesNamed(name: unknown): readonly TaskType[] {
  const wanted = typeof name === "string" ? name.trim().toLowerCase() : "";
  const named = TASK_TYPES.filter(
    (type) => type.name.toLowerCase() === wanted || type.title.toLowerCase() === wanted,
  );
  if (named.length > 0) return named;
  try {
    return [findType({ type: name }).type];
  } catch {
    throw new ProtocolError(
      "ERROR_INVALID_TASK",
      `The queue: expected the name of a task type in queue, such as ImageToTextTask, or in queueId one of ${[...QUEUES.keys()].join(", ")}, got ${preview(name)}.`,
    );
  }
}
