import type { TSchema } from "typebox";
import { TASK_TYPES } from "../protocol/catalogue/catalogue.ts";
import { exampleTask, routeText } from "../protocol/catalogue/describe.ts";
import type { TaskType } from "../protocol/catalogue/task-type.ts";
import { ANY_TASK } from "../protocol/catalogue/shared.ts";
import { ERRORS } from "../protocol/errors.ts";
import { METHODS, type MethodText } from "./method-texts.ts";

type Json = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

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
    paths: {
      ...Object.fromEntries(
        Object.entries(METHODS).map(([name, method]) => [`/${name}`, { post: operation(name, method) }]),
      ),
      "/api/useragent/actual": { get: USER_AGENT },
    },
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

const USER_AGENT: Json = {
  operationId: "getUserAgent",
  summary:
    "The User-Agent that the operator has set, for clients that ask for one; the desk imitates no browser",
  responses: { "200": { description: "one line", content: { "text/plain": { schema: text } } } },
};

function operation(name: string, { summary, request, required, answer, headers = {} }: MethodText): Json {
  const body = plain({ type: "object", required, properties: request });
  const success = { type: "object", required: ["errorId"], properties: { errorId: { const: 0 }, ...answer } };
  return {
    operationId: name,
    summary,
    parameters: Object.entries(headers).map(([header, description]) => ({
      name: header,
      in: "header",
      description,
      schema: text,
    })),
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
    properties: { type: { const: type.name }, ...properties, ...plain(ANY_TASK) },
    examples: [exampleTask(type, "minimal")],
    "x-solution": ref(`${componentName(type)}Solution`),
  };
}

/** The schema without the keywords that only our reader knows. */
function plain(schema: TSchema | Json): Json {
  return JSON.parse(
    JSON.stringify(schema, (name, value: unknown) =>
      name === "ignored" || name === "bareString" ? undefined : value,
    ),
  ) as Json;
}
