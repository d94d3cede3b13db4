import type { Micros } from "../../base/money.ts";
import type { ClientKey } from "../../protocol/client-key.ts";
import { taskTypeOf } from "../../protocol/catalogue/catalogue.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { decodeFile, decodePicture } from "../../protocol/picture.ts";
import type { SiteList } from "../../sites/sites.ts";
import { admit, type Place } from "../../tasks/admit.ts";
import type { Submitted, Submitter } from "../../tasks/submit.ts";
import type { Method } from "../method.ts";

export interface CreateTaskOptions {
  readonly submitter: Submitter;
  readonly sites: SiteList;
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
      refuseCallback(request["callbackurl"]);
      const { body, ...fields } = type.read(task);
      const image = typeof body === "string" ? decodePicture(body, options.maxImageBytes) : null;
      if (fields["imagesBase64"] !== undefined) checkFiles(fields, options.maxImageBytes);
      const newTask = {
        ...caller,
        type: type.title,
        deadlineMs: type.deadline,
        fields: type.route.kind === "machine" ? withSuffixes(fields, clientKey) : fields,
        image,
      };
      // Only the new task outlives this call: neither the request nor its Base64 text waits for the commit.
      const submit = (place: Place) => options.submitter.submit({ ...newTask, ...place }).then(render);
      const own = options.prices.get(type.title.toLowerCase()) ?? options.prices.get(type.name.toLowerCase());
      const place = admit(type, fields, own ?? type.price, options.sites);
      return place instanceof Promise ? place.then(submit) : submit(place);
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

/** Each file of a ComplexImageTask must be a picture within the limits, or with PayloadType Audio any file. */
function checkFiles(fields: Readonly<Record<string, unknown>>, maxBytes: number): void {
  const { PayloadType } = (fields["metadata"] ?? {}) as { readonly PayloadType?: string };
  const check = PayloadType === "Audio" ? decodeFile : decodePicture;
  const files = fields["imagesBase64"] as readonly string[];
  files.forEach((file, at) => check(file, maxBytes, `imagesBase64[${at}]`));
}

function refuseCallback(url: unknown): void {
  if (url === undefined || url === "") return;
  throw new ProtocolError(
    "ERROR_SERVICE_NOT_AVAILABLE",
    "Callbacks are not offered by this version: leave callbackUrl out and ask with getTaskResult.",
  );
}
