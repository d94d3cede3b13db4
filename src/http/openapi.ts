import type { TSchema } from "typebox";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import { exampleTask, routeText } from "../protocol/catalogue/describe.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { ERRORS } from "../protocol/errors.ts";

type Json = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const clientKey = { type: "string", description: "your API key" };
const taskId = { type: "integer", minimum: 1, maximum: 2 ** 31 - 1, description: "what createTask answered" };
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A method's request and, beside `errorId: 0`, its answer. */
interface MethodText {
  readonly summary: string;
  readonly request: Json;
  readonly required: readonly string[];
  readonly answer: Json;
}

const METHODS: Readonly<Record<string, MethodText>> = {
  createTask: {
    summary: "Hand in a task",
    request: { clientKey, task: ref("Task"), callbackUrl: text, softId: { type: ["integer", "string"] } },
    required: ["clientKey", "task"],
    answer: { taskId },
  },
  getTaskResult: {
    summary: "Ask for a task's result",
    request: { clientKey, taskId },
    required: ["clientKey", "taskId"],
    answer: {
      status: { enum: ["processing", "ready"] },
      solution: { type: "object", description: "when ready: as the task type says" },
      cost: { type: "number", description: "dollars" },
      createTime: { type: "integer", description: "epoch seconds" },
      endTime: { type: "integer", description: "epoch seconds" },
      solveCount: { type: "integer" },
    },
  },
  redeliverCallback: {
    summary: "Post a task's result to its callbackUrl once more",
    request: { clientKey, taskId },
    required: ["clientKey", "taskId"],
    answer: { status: { const: "success" } },
  },
  getBalance: {
    summary: "Ask for the balance",
    request: { clientKey },
    required: ["clientKey"],
    answer: { balance: { type: "number", description: "dollars" } },
  },
};

/** The API as an OpenAPI 3.1 document, made from the catalogue. Only what is answered can be sent. */
export function openApi(version: string): Json {
  const answered = TASK_TYPES.filter(({ route }) => route.kind !== "not offered");
  const schemas = Object.fromEntries(answered.map((type) => [componentName(type), taskSchema(type)]));
  const solutions = Object.fromEntries(
    answered.map((type) => [`${componentName(type)}Solution`, plain(type.solution)]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Glyphdesk",
      version,
      description: "Answers are always HTTP 200 with JSON; `errorId` tells success (0) from failure (1).",
    },
    paths: Object.fromEntries(
      Object.entries(METHODS).map(([name, method]) => [`/${name}`, { post: operation(name, method) }]),
    ),
    components: {
      schemas: {
        Task: { oneOf: answered.map((type) => ref(componentName(type))) },
        Failure: {
          type: "object",
          required: ["errorId", "errorCode", "errorDescription"],
          properties: {
            errorId: { const: 1 },
            errorCode: { enum: Object.keys(ERRORS) },
            errorDescription: text,
          },
        },
        ...schemas,
        ...solutions,
      },
    },
  };
}

function operation(name: string, { summary, request, required, answer }: MethodText): Json {
  const body = { type: "object", required, properties: request };
  const success = { type: "object", required: ["errorId"], properties: { errorId: { const: 0 }, ...answer } };
  return {
    operationId: name,
    summary,
    requestBody: { required: true, content: { "application/json": { schema: body } } },
    responses: {
      "200": {
        description: "the answer, or the refusal",
        content: { "application/json": { schema: { oneOf: [success, ref("Failure")] } } },
      },
    },
  };
}

/** `CustomTask altcha` → `CustomTaskAltcha`. */
function componentName({ title }: TaskType): string {
  return title.replaceAll(/ (.)/g, (_, letter: string) => letter.toUpperCase());
}

function taskSchema(type: TaskType): Json {
  const {
    properties,
    required = [],
    ...rest
  } = plain(type.schema) as { properties: Json; required?: string[] };
  return {
    ...rest,
    title: type.title,
    description: `${type.summary} Who answers: ${routeText(type).replaceAll("`", "")}.`,
    required: ["type", ...required],
    properties: { type: { const: type.name }, ...properties },
    examples: [exampleTask(type, "minimal")],
    "x-solution": ref(`${componentName(type)}Solution`),
  };
}

/** The schema without the keywords that only our reader knows. */
function plain(schema: TSchema): Json {
  return JSON.parse(
    JSON.stringify(schema, (name, value: unknown) =>
      name === "ignored" || name === "bareString" ? undefined : value,
    ),
  ) as Json;
}
