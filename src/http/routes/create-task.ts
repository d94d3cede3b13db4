import type { Micros } from "../../base/money.ts";
import type { ClientKey } from "../../protocol/client-key.ts";
import { taskTypeOf } from "../../protocol/catalogue/catalogue.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { packFiles } from "../../protocol/pack-files.ts";
import { decodePicture } from "../../protocol/picture.ts";
import { admit, type Admission } from "../../tasks/admit.ts";
import { withRule, type RuleList } from "../../tasks/rules.ts";
import type { Submitted, Submitter } from "../../tasks/submit.ts";
import type { Method } from "../method.ts";

export interface CreateTaskOptions {
  readonly submitter: Submitter;
  /** Answers the normalised `callbackUrl`; throws ProtocolError for one that cannot be used. */
  readonly callbackUrls: { read(value: unknown): Promise<string | undefined> };
  readonly admission: Admission;
  readonly rules: RuleList;
  readonly maxImageBytes: number;
  /** Prices by lower-case name or title of a type that differ from the built-in ones. */
  readonly prices: ReadonlyMap<string, Micros>;
}

/** createTask: the answer is sent after the commit, so an accepted task is never lost. */
export function createTask(options: CreateTaskOptions): Method {
  return {
    path: "/createTask",
    onError: { taskId: 0 },
    handle({ caller, clientKey, fields: request }) {
      const { type, task } = taskTypeOf(request["task"]);
      const { body, ...read } = type.read(task);
      const { fields, image } =
        typeof body === "string"
          ? { fields: read, image: decodePicture(body, options.maxImageBytes) }
          : packFiles(read, options.maxImageBytes);
      const rule = options.rules.of(caller.keyId, type.title);
      const newTask = {
        ...caller,
        type: type.title,
        deadlineMs: type.deadline,
        fields: withRule(type.route.kind === "machine" ? withSuffixes(fields, clientKey) : fields, rule),
        image,
      };
      // Only the new task outlives this call: neither the request nor its Base64 text waits for the commit.
      const own = options.prices.get(type.title.toLowerCase()) ?? options.prices.get(type.name.toLowerCase());
      const place = admit(type, fields, own ?? type.price, rule, options.admission);
      const callback = request["callbackurl"];
      if (callback === undefined && !(place instanceof Promise)) {
        return options.submitter.submit({ ...newTask, ...place }).then(render);
      }
      return Promise.all([place, options.callbackUrls.read(callback)])
        .then(([at, callbackUrl]) =>
          options.submitter.submit({ ...newTask, ...at, ...(callbackUrl !== undefined && { callbackUrl }) }),
        )
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
