import type { Micros } from "../../base/money.ts";
import type { ClientKey } from "../../protocol/client-key.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { decodePicture } from "../../protocol/picture.ts";
import { taskTypeOf } from "../../protocol/task-types.ts";
import type { NewTask, Submitted, Submitter } from "../../tasks/submit.ts";
import type { Method } from "../method.ts";

export interface CreateTaskOptions {
  readonly submitter: Submitter;
  /** Answers the normalised `callbackUrl`; throws ProtocolError for one that cannot be used. */
  readonly callbackUrls: { read(value: unknown): Promise<string | undefined> };
  readonly maxImageBytes: number;
  /** Prices by lower-case type name that differ from the built-in ones. */
  readonly prices: ReadonlyMap<string, Micros>;
}

/** createTask: the answer is sent after the commit, so an accepted task is never lost. */
export function createTask(options: CreateTaskOptions): Method {
  return {
    path: "/createTask",
    onError: { taskId: 0 },
    handle({ caller, clientKey, fields: request }) {
      const { type, task } = taskTypeOf(request["task"]);
      const { body, ...fields } = type.read(task);
      const image = decodePicture(String(body), options.maxImageBytes);
      const price = options.prices.get(type.name.toLowerCase()) ?? type.price;
      const newTask: NewTask = {
        ...caller,
        type: type.name,
        lane: type.lane,
        price,
        deadlineMs: type.deadline,
        fields: withSuffixes(fields, clientKey),
        image,
      };
      // Only the new task outlives this call: neither the request nor its Base64 text waits for the commit.
      const callback = request["callbackurl"];
      if (callback === undefined) return options.submitter.submit(newTask).then(render);
      return options.callbackUrls
        .read(callback)
        .then((callbackUrl) => options.submitter.submit({ ...newTask, callbackUrl }))
        .then(render);
    },
  };
}

function render(submitted: Submitted): string {
  if (submitted.outcome === "insufficient funds") throw new ProtocolError("ERROR_ZERO_BALANCE");
  return `{"errorId":0,"taskId":${submitted.id}}`;
}

/** What the key's suffixes ask for counts where the task itself says nothing. */
function withSuffixes(
  fields: Readonly<Record<string, unknown>>,
  { module, threshold }: ClientKey,
): Record<string, unknown> {
  return {
    ...fields,
    ...(module !== null && !fields["capMonsterModule"] ? { capMonsterModule: module } : {}),
    ...(threshold !== null && !fields["recognizingThreshold"] ? { recognizingThreshold: threshold } : {}),
  };
}
