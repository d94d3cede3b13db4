import { toDollars } from "../../base/money.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { checkTask } from "../key-limits.ts";
import type { Method, MethodRequest } from "../method.ts";
import { readTask, type CreateTaskOptions, type ReadTaskOptions } from "./create-task.ts";

/** Longer strings are echoed by their length. */
const SHOWN = 200;

type TestOptions = ReadTaskOptions & Pick<CreateTaskOptions, "callbackUrls" | "reader">;

/**
 * test: echoes the request, and says what createTask would have answered and how it was understood. Nothing is
 * created and nothing charged.
 */
export function test(options: TestOptions): Method {
  return {
    path: "/test",
    async handle(request) {
      const { clientkey: _, ...echo } = request.fields;
      return JSON.stringify({
        errorId: 0,
        request: shortened(echo),
        createTask: await wouldBe(request, options),
      });
    },
  };
}

async function wouldBe(
  request: MethodRequest,
  { callbackUrls, reader, ...options }: TestOptions,
): Promise<JsonObject> {
  const { caller, fields } = request;
  try {
    const { type, task, admit, waitMs } = readTask(request, options);
    if (caller.limits !== null) checkTask(caller.limits, type, task.fields);
    const [place, callbackUrl, balance] = await Promise.all([
      admit(),
      callbackUrls.read(fields["callbackurl"]),
      reader.balance(caller.accountId),
    ]);
    if (place.price > balance) throw new ProtocolError("ERROR_ZERO_BALANCE");
    return {
      errorId: 0,
      type: task.type,
      fields: shortened(task.fields),
      ...(task.image && { imageBytes: task.image.byteLength }),
      ...(callbackUrl !== undefined && { callbackUrl }),
      cost: toDollars(place.price),
      deadlineMs: task.deadlineMs,
      wait: waitMs / 1000,
    };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { errorId: 1, errorCode: error.code, errorDescription: error.message, taskId: 0 };
  }
}

/** A copy in which long strings, pictures above all, are named by their length. */
function shortened(value: JsonObject): unknown {
  return JSON.parse(
    JSON.stringify(value, (_name, part: unknown) =>
      typeof part === "string" && part.length > SHOWN ? `… ${part.length} characters …` : part,
    ),
  );
}
