import type { Caller } from "../../accounts/keys.ts";
import { loggedReason, type Logger } from "../../base/logger.ts";
import type { Micros } from "../../base/money.ts";
import type { ClientKey } from "../../protocol/client-key.ts";
import { taskTypeOf } from "../../protocol/catalogue/catalogue.ts";
import type { TaskType } from "../../protocol/catalogue/task-type.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { packFiles } from "../../protocol/pack-files.ts";
import { decodePicture } from "../../protocol/picture.ts";
import { admit, type Admission, type Place } from "../../tasks/admit.ts";
import { identityOf, slotOf, type Asked, type Identity } from "../../tasks/idempotency.ts";
import { withRule, type RuleList } from "../../tasks/rules.ts";
import type { Submitted, Submitter } from "../../tasks/submit.ts";
import type { GuardedOutcome, GuardedSubmitter } from "../../tasks/submit-guarded.ts";
import type { Waiters } from "../../tasks/waiters.ts";
import { renderWithId } from "../answers.ts";
import { asksForCyrillic, readExtras, readIdempotencyKey, usualStatus, usualWaitMs } from "../extras.ts";
import { checkTask, overBudget, type TaskRate } from "../key-limits.ts";
import type { Method, MethodRequest } from "../method.ts";
import {
  preparationOf,
  preparePictures,
  type Preparation,
  type PrepareOptions,
} from "../prepare-pictures.ts";
import { taskWithin } from "../wait.ts";

export interface ReadTaskOptions {
  readonly admission: Admission;
  readonly rules: RuleList;
  readonly maxImageBytes: number;
  /** Whether `body` may be an SVG drawing. */
  readonly svg: boolean;
  /** Prices by lower-case name or title of a type that differ from the built-in ones. */
  readonly prices: ReadonlyMap<string, Micros>;
}

export interface CreateTaskOptions extends ReadTaskOptions, PrepareOptions {
  readonly submitter: Submitter;
  readonly guarded: GuardedSubmitter;
  readonly waiters: Waiters;
  readonly rate: TaskRate;
  readonly logger: Logger;
  /** Answers the normalised `callbackUrl`; throws ProtocolError for one that cannot be used. */
  readonly callbackUrls: { read(value: unknown): Promise<string | undefined> };
  /** Told the title of the type of each new task. */
  readonly onCreated: (type: string) => void;
}

/** createTask: the answer is sent after the commit, so an accepted task is never lost. */
export function createTask(options: CreateTaskOptions): Method {
  const fetching = new Map<string, Promise<number>>();
  return {
    path: "/createTask",
    onError: { taskId: 0 },
    handle(request) {
      const { caller, fields, http } = request;
      const idempotencyKey = readIdempotencyKey(http.headers["idempotency-key"]);
      const read = idempotencyKey === null ? readTask(request, options) : readAgain(request, options);
      const status = usualStatus(fields);
      const callback = fields["callbackurl"];
      // Only the new task outlives this call: neither the request nor its Base64 text waits for the commit.
      const plain = caller.limits === null && idempotencyKey === null && callback === undefined;
      if (plain && read.waitMs === 0 && read.preparation === null) {
        return submitPlain(options.submitter, read.task, read.admit()).then((submitted) =>
          renderCreated(counted(options, read.type, submitted), status),
        );
      }
      const identity =
        idempotencyKey === null ? null : identityOf(idempotencyKey, { ...read.asked, callback });
      const make = () => create(options, { caller, read, callback, identity });
      const made =
        identity === null || read.preparation === null
          ? make()
          : shared(fetching, `${slotOf({ keyId: caller.keyId, identity })} ${identity.request}`, make);
      return made.then((id) =>
        read.waitMs === 0 ? renderCreated(id, status) : renderAtEnd(options, id, request, read.waitMs),
      );
    },
  };
}

/** Repetitions that arrive while the first is under way share it, or its pictures would be fetched for each of them. */
function shared(
  underWay: Map<string, Promise<number>>,
  key: string,
  make: () => Promise<number>,
): Promise<number> {
  const known = underWay.get(key);
  if (known !== undefined) return known;
  const made = make().finally(() => underWay.delete(key));
  underWay.set(key, made);
  return made;
}

function renderCreated(id: number, status: string): string {
  return `{"errorId":0,"taskId":${id}${status}}`;
}

/** @throws ProtocolError where the task was not accepted */
function counted({ onCreated }: CreateTaskOptions, { title }: TaskType, submitted: GuardedOutcome): number {
  const id = idOf(submitted);
  if (submitted.outcome === "accepted") onCreated(title);
  return id;
}

/**
 * The result with its taskId, or how far it is; only the taskId where a repetition's task is no longer kept, or where the
 * database went away: the task is accepted, and a refusal would have it made and paid for once more.
 */
async function renderAtEnd(
  options: CreateTaskOptions,
  id: number,
  { caller: { accountId }, fields, http }: MethodRequest,
  waitMs: number,
): Promise<string> {
  const task = await taskWithin(options, { id, accountId, waitMs, http }).catch((error: unknown) => {
    options.logger.warn({ err: error, reason: loggedReason(error) }, "an accepted task could not be read");
    return null;
  });
  return task === null ? renderCreated(id, usualStatus(fields)) : renderWithId(task, options.logger);
}

/** A request that was read and found right. */
export interface ReadTask {
  readonly type: TaskType;
  /**
   * What the caller asked for, and nothing that the operator decides: that may change before a repetition comes, which
   * must be known as one all the same.
   */
  readonly asked: Asked;
  /** All of the new task but where it goes. */
  readonly task: Asked & { readonly accountId: number; readonly keyId: number };
  readonly waitMs: number;
  /** What is done to its pictures before it is written. */
  readonly preparation: Preparation | null;
  /** Who answers it, and for how much; refuses what nobody may or can answer. */
  readonly admit: () => Place | Promise<Place>;
}

/**
 * Reads a createTask request.
 * @throws ProtocolError
 */
export function readTask(
  { caller: { accountId, keyId }, clientKey, fields: request }: MethodRequest,
  options: ReadTaskOptions,
): ReadTask {
  const { type, task } = taskTypeOf(request["task"]);
  const extras = readExtras(request);
  const { body, deadlineMs = extras.deadlineMs ?? type.deadline, ...read } = type.read(task);
  const wanted = {
    ...(extras.confidence !== undefined && { confidence: extras.confidence }),
    ...(type.route.kind === "machine" && asksForCyrillic(request, task) && { language: "ru" }),
    ...read,
  };
  const { fields, image } =
    typeof body === "string"
      ? { fields: wanted, image: decodePicture(body, options.maxImageBytes, "body", options.svg) }
      : packFiles(wanted, options.maxImageBytes);
  const rule = options.rules.of(keyId, type.title);
  const latest = Math.floor(Math.min(Number(deadlineMs), type.deadline));
  const asked = {
    type: type.title,
    deadlineMs: latest,
    fields: type.route.kind === "machine" ? withSuffixes(fields, clientKey) : fields,
    image,
  };
  return {
    type,
    asked,
    task: { accountId, keyId, ...asked, fields: withRule(asked.fields, rule) },
    preparation: preparationOf({ fields, image }, options.svg),
    waitMs: request["wait"] === undefined ? usualWaitMs(request, type) : extras.waitMs,
    admit() {
      const { prices, admission } = options;
      const own = prices.get(type.title.toLowerCase()) ?? prices.get(type.name.toLowerCase());
      return admit({ type, fields, price: own ?? type.price, rule, deadlineMs: latest }, admission);
    },
  };
}

/**
 * As readTask, for what may be a repetition: a picture that the operator takes no longer is refused by `admit`, which is
 * asked of new tasks only.
 */
function readAgain(request: MethodRequest, options: ReadTaskOptions): ReadTask {
  try {
    return readTask(request, options);
  } catch (refusal) {
    const refuse = () => {
      throw refusal;
    };
    try {
      const read = readTask(request, { ...options, maxImageBytes: Infinity, svg: true });
      return { ...read, preparation: null, admit: refuse };
    } catch {
      return refuse();
    }
  }
}

interface Request {
  readonly caller: Caller;
  readonly read: ReadTask;
  readonly callback: unknown;
  readonly identity: Identity | null;
}

function submitPlain(
  submitter: Submitter,
  task: ReadTask["task"],
  place: Place | Promise<Place>,
): Promise<Submitted> {
  if (place instanceof Promise) return place.then((at) => submitter.submit({ ...task, ...at }));
  return submitter.submit({ ...task, ...place });
}

/** The way of a request that asks for more than the protocol has, or whose key may do less. @returns the taskId */
async function create(
  options: CreateTaskOptions,
  { caller: { keyId, limits }, read: { type, task, preparation, admit }, callback, identity }: Request,
): Promise<number> {
  const { submitter, guarded, rate, callbackUrls } = options;
  if (identity !== null) {
    // Before anything can refuse it: what was accepted once stays accepted.
    const earlier = await guarded.earlier(keyId, identity);
    if (earlier !== null) return idOf(earlier);
  }
  if (limits !== null) {
    checkTask(limits, type, task.fields);
    if (limits.tasksPerMinute !== null) rate.count(keyId, limits.tasksPerMinute);
  }
  const [place, callbackUrl] = await Promise.all([admit(), callbackUrls.read(callback)]);
  const files = preparation && (await preparePictures(options, preparation, task, place.price));
  const newTask = { ...task, ...place, ...files, ...(callbackUrl !== undefined && { callbackUrl }) };
  const budgeted = limits !== null && limits.budgeted && place.price > 0;
  if (identity === null && !budgeted) return counted(options, type, await submitter.submit(newTask));
  return counted(options, type, await guarded.submit({ ...newTask, identity, budgeted }));
}

/** @throws ProtocolError where the task was not accepted */
function idOf(submitted: GuardedOutcome): number {
  switch (submitted.outcome) {
    case "accepted":
    case "repeated":
      return submitted.id;
    case "insufficient funds":
      throw new ProtocolError("ERROR_ZERO_BALANCE");
    case "over budget":
      throw overBudget(submitted);
    default:
      throw new ProtocolError(
        "ERROR_INVALID_TASK",
        "The Idempotency-Key was used within the last 24 hours for another request. Use a new one for each task, and the same only to repeat a request as it was.",
      );
  }
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
