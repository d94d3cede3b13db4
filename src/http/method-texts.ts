import { CREATE_EXTRAS, RESULT_EXTRAS } from "./extras.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the documents say of a method: its request and, beside `errorId: 0`, its answer. */
export interface MethodText {
  readonly summary: string;
  readonly request: Json;
  readonly required: readonly string[];
  readonly answer: Json;
  /** Request headers by name, each with what it is for. */
  readonly headers?: Readonly<Record<string, string>>;
}

const text = { type: "string" };
const integer = { type: "integer" };
const clientKey = { type: "string", description: "your API key" };
const taskId = { type: "integer", minimum: 1, maximum: 2 ** 31 - 1, description: "what createTask answered" };
const dollars = { type: "number", description: "dollars" };
const success = { status: { const: "success" } };
const ofTask = { request: { clientKey, taskId }, required: ["clientKey", "taskId"] };
const queue = { type: "string", description: "the name of a task type, such as ImageToTextTask" };

const result = {
  status: { enum: ["processing", "ready"] },
  solution: {
    type: "object",
    description: "when ready: as the task type says, and confidence where the task asked for it",
  },
  cost: dollars,
  createTime: { type: "integer", description: "epoch seconds" },
  endTime: { type: "integer", description: "epoch seconds" },
  solveCount: integer,
};

/** Every method, for /openapi.json and /docs. */
export const METHODS: Readonly<Record<string, MethodText>> = {
  createTask: {
    summary: "Hand in a task. With wait the answer holds what getTaskResult would, as soon as the task ends",
    request: {
      clientKey,
      task: { $ref: "#/components/schemas/Task" },
      callbackUrl: { type: "string", description: "where the result is posted as well" },
      softId: { type: ["integer", "string"] },
      appId: {
        type: "string",
        description:
          "CapSolver's name for a program: with it, unless wait says otherwise, a picture's text is waited for",
      },
      ...CREATE_EXTRAS,
    },
    required: ["clientKey", "task"],
    answer: { taskId, ...result },
    headers: {
      "Idempotency-Key":
        "1 to 255 characters, new for each task. For 24 hours the same request with the same key answers with the first one's taskId and costs nothing more",
    },
  },
  getTaskResult: {
    summary: "Ask for a task's result, with wait as soon as the task ends",
    request: { clientKey, taskId, ...RESULT_EXTRAS },
    required: ["clientKey", "taskId"],
    answer: result,
  },
  cancelTask: {
    summary: "Cancel a task that is not answered yet; its price is released",
    ...ofTask,
    answer: success,
  },
  reportIncorrectImageCaptcha: {
    summary:
      "Say that a picture was read wrongly; refunded by the operator's rule. Once for a task, within a while",
    request: {
      clientKey,
      taskId,
      correctText: { type: "string", maxLength: 1000, description: "the right text, where you know it" },
    },
    required: ["clientKey", "taskId"],
    answer: success,
  },
  reportIncorrectTokenCaptcha: {
    summary:
      "Say that a token was not accepted; refunded by the operator's rule. Once for a task, within a while",
    ...ofTask,
    answer: success,
  },
  reportIncorrectRecaptcha: {
    summary: "The same as reportIncorrectTokenCaptcha",
    ...ofTask,
    answer: success,
  },
  reportIncorrectHcaptcha: {
    summary: "The same as reportIncorrectTokenCaptcha",
    ...ofTask,
    answer: success,
  },
  reportCorrectRecaptcha: {
    summary: "Say that a token was accepted",
    ...ofTask,
    answer: success,
  },
  reportIncorrect: {
    summary: "Say that an answer of any kind was wrong, as 2Captcha's clients do",
    ...ofTask,
    answer: success,
  },
  reportCorrect: {
    summary: "Say that an answer of any kind was right, as 2Captcha's clients do",
    ...ofTask,
    answer: success,
  },
  redeliverCallback: {
    summary: "Post a task's result to its callbackUrl once more",
    ...ofTask,
    answer: success,
  },
  getBalance: {
    summary: "Ask for the balance",
    request: { clientKey },
    required: ["clientKey"],
    answer: { balance: dollars },
  },
  getSpendingStats: {
    summary: "Ask what the account spent, hour by hour for 24 hours",
    request: {
      clientKey,
      date: { type: "integer", description: "epoch seconds of the first hour; without it the last 24 hours" },
      queue,
    },
    required: ["clientKey"],
    answer: {
      data: {
        type: "array",
        items: {
          type: "object",
          properties: {
            dateFrom: integer,
            dateTill: integer,
            volume: { type: "integer", description: "tasks solved" },
            money: { type: "number", description: "dollars, refunds taken off" },
          },
        },
      },
    },
  },
  getQueueStats: {
    summary: "Ask how busy whoever answers a task type is; needs no key",
    request: { queueId: { type: "integer", description: "Anti-Captcha's number of a queue" }, queue },
    required: [],
    answer: {
      waiting: { type: "integer", description: "free places" },
      load: { type: "number", description: "percent of the places that are taken" },
      bid: { type: "number", description: "mean price in dollars" },
      speed: { type: "number", description: "mean seconds from creation to solution" },
      total: { type: "integer", description: "all places" },
      queued: { type: "integer", description: "tasks that wait for a place" },
    },
  },
  test: {
    summary:
      "Send what you would send to createTask: see how it is understood, and what createTask would answer",
    request: { clientKey, task: { type: "object" }, callbackUrl: text, ...CREATE_EXTRAS },
    required: ["clientKey"],
    answer: { request: { type: "object" }, createTask: { type: "object" } },
  },
};
