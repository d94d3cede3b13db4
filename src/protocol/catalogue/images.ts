import { Type } from "typebox";
import type { Fault } from "../fields.ts";
import { outboundFault } from "../outbound-url.ts";
import { RECOGNITION_TASKS, recognitionFaults } from "./recognition.ts";
import { optionalFlag, optionalText, optionalWebsiteURL, payload, text, userAgent } from "./shared.ts";
import type { Rule, TaskTypeRow } from "./task-type.ts";

/** Images and text: section 4.1 and 4.7 of the protocol reference. */

/** A drawing of some letters, large enough to be accepted: examples are complete requests. */
export const EXAMPLE_PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAADwAAAAUAQMAAADrzcxqAAAABlBMVEURERH+/v63qKvLAAAACXBIWXMAAAsTAAALEwEAmpwYAAAATUlEQVQI123OSwrAIAwE0AQXXfaQvT8o3UxAOo0aQWxDFg/yFY7I8kVVenYYFMVL5lHviSvwHAGeWaA7jCtac0cbH/CFSHECidD/fyZePUiL65CmPQsAAAAASUVORK5CYII=";

function optionalLength(description: string) {
  return Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: 0, description }));
}

const ImageToText = Type.Object({
  // An empty one has an error code of its own.
  body: Type.String({ minLength: 0, description: "the picture's bytes as a Base64 string" }),
  capMonsterModule: optionalText("the name of a recognition module (a string of at most 100 characters)", {
    maxLength: 100,
  }),
  recognizingThreshold: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, default: 0, description: "a whole number from 0 to 100" }),
  ),
  case: optionalFlag("true when upper and lower case must be told apart, else false"),
  numeric: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 4,
      default: 0,
      description:
        "1 when the answer is digits only, 2 letters only, 3 one of the two, 4 both together, else 0",
    }),
  ),
  math: optionalFlag("true when the picture holds a sum to work out, else false"),
  // The rest is of the sister protocols, whose clients send the same type.
  minLength: optionalLength("the least characters that the answer has, 0 when not known (0 to 100)"),
  maxLength: optionalLength("the most characters that the answer has, 0 when not known (0 to 100)"),
  phrase: optionalFlag(
    "true when the answer has several words, with spaces, which only people write, else false",
  ),
  language: optionalText(
    "the code of the language of the text, such as en or de; other scripts than Latin are for people who know it",
    {
      maxLength: 40,
    },
  ),
  comment: optionalText("an instruction for people (a string of at most 1000 characters)", {
    maxLength: 1000,
  }),
});

const notTwice: Rule = ({ math, capMonsterModule }) =>
  math === true && capMonsterModule === "captcha_math"
    ? { field: "math", sentence: "expected nothing beside the module captcha_math: send one of the two" }
    : null;

const lengthsInOrder: Rule = ({ minLength, maxLength }) =>
  typeof minLength === "number" && typeof maxLength === "number" && maxLength > 0 && minLength > maxLength
    ? { field: "minLength", sentence: `expected at most maxLength (${maxLength}), got ${minLength}` }
    : null;

/** Of one hCaptcha task, and as many examples. */
const MOST_PICTURES = 18;

/** Files that one task can have at most. */
export const MOST_FILES = Math.max(2 * MOST_PICTURES, ...RECOGNITION_TASKS.map(({ files }) => files));

const pictures = (description: string, bounds: { maxItems?: number } = {}) =>
  Type.Optional(Type.Array(payload(description), { ...bounds, description }));
const addresses = (description: string, bounds: { maxItems?: number } = {}) =>
  Type.Optional(Type.Array(text(description), { ...bounds, description }));
const imageUrls = addresses("addresses of the pictures, http or https (a list of strings)");
const imagesBase64 = pictures("the pictures' bytes (a list of Base64 strings)");

/** Exactly one of two fields. */
function oneOf(
  first: string,
  second: string,
  read: (fields: Readonly<Record<string, unknown>>) => unknown[],
): Rule {
  return (fields) => {
    const given = read(fields).filter(
      (value) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    );
    if (given.length === 1) return null;
    const got = given.length === 0 ? "neither" : "both";
    return { field: first, sentence: `expected either ${first} or ${second}, got ${got}` };
  };
}

const eitherPictures = oneOf("imagesBase64", "imageUrls", ({ imagesBase64, imageUrls }) => [
  imagesBase64,
  imageUrls,
]);

function atMost(limit: number): Rule {
  return (fields): Fault | null => {
    for (const field of ["imagesBase64", "imageUrls"]) {
      const list = fields[field];
      if (!Array.isArray(list) || list.length <= limit) continue;
      const expected = limit === 1 ? "one picture" : `${limit} pictures`;
      return { field, sentence: `expected at most ${expected}, got ${list.length}` };
    }
    return null;
  };
}

/** Addresses that may be fetched, as far as the address alone tells. */
function fetchable(field: "imageUrls" | "exampleImageUrls"): Rule {
  return (fields): Fault | null => {
    const list = fields[field];
    for (const [at, address] of Array.isArray(list) ? list.entries() : []) {
      const expected = typeof address === "string" ? outboundFault(address) : null;
      if (expected !== null) return { field: `${field}[${at}]`, sentence: `expected ${expected}` };
    }
    return null;
  };
}

const metadataOf = (fields: Readonly<Record<string, unknown>>) =>
  (fields["metadata"] ?? {}) as Readonly<Record<string, unknown>>;

const eitherTask = oneOf("metadata.TaskDefinition", "metadata.Task", (fields) => {
  const { TaskDefinition, Task } = metadataOf(fields);
  return [TaskDefinition, Task];
});

const complex = {
  name: "ComplexImageTask",
  proxy: "none",
  route: { kind: "people" },
  price: 500,
  deadline: 60_000,
} as const;
const booleans = Type.Array(Type.Boolean(), { description: "for each cell or picture, whether it fits" });
const metadataSolution = (answerTypes: string) =>
  Type.Object(
    { AnswerType: Type.String({ description: answerTypes }) },
    { description: "how to read the answer" },
  );
const where = { websiteURL: "https://shop.example/login" };

export const IMAGE_TYPES: readonly TaskTypeRow[] = [
  {
    name: "ImageToTextTask",
    summary: "The text, or the result of the sum, in one picture.",
    fields: ImageToText,
    rules: [notTwice, lengthsInOrder],
    proxy: "none",
    solution: Type.Object({ text: Type.String({ description: "what the picture says" }) }),
    route: { kind: "machine" },
    price: 30,
    deadline: 60_000,
    example: {
      minimal: { body: EXAMPLE_PICTURE },
      full: {
        body: EXAMPLE_PICTURE,
        capMonsterModule: "universal",
        recognizingThreshold: 0,
        case: false,
        numeric: 0,
        math: false,
        minLength: 4,
        maxLength: 6,
        phrase: false,
        comment: "the blue letters",
      },
    },
  },
  {
    ...complex,
    variant: { field: "class", value: "recaptcha" },
    summary: "The cells of one reCAPTCHA grid that show what is asked for.",
    fields: Type.Object({
      websiteURL: optionalWebsiteURL,
      imageUrls,
      imagesBase64,
      metadata: Type.Object(
        {
          Grid: Type.Enum(["4x4", "3x3", "1x1"], { description: "4x4, 3x3 or 1x1" }),
          TaskDefinition: optionalText(
            "the kind of thing asked for, as reCAPTCHA names it, such as /m/015qff",
          ),
          Task: optionalText("the instruction, such as: Select all images with traffic lights"),
        },
        { description: "an object with Grid and either TaskDefinition or Task" },
      ),
      userAgent,
    }),
    rules: [eitherPictures, atMost(1), fetchable("imageUrls"), eitherTask],
    solution: Type.Object({ answer: booleans }),
    example: {
      minimal: { imagesBase64: [EXAMPLE_PICTURE], metadata: { Grid: "3x3", Task: "Select all bicycles" } },
      full: {
        ...where,
        imagesBase64: [EXAMPLE_PICTURE],
        metadata: { Grid: "4x4", TaskDefinition: "/m/015qff" },
        userAgent: "Mozilla/5.0",
      },
    },
  },
  {
    ...complex,
    variant: { field: "class", value: "recognition" },
    summary: `Grids, coordinates, rotations, sounds. \`metadata.Task\` is one of: ${RECOGNITION_TASKS.map(({ name }) => name).join(", ")}.`,
    fields: Type.Object({
      websiteURL: optionalWebsiteURL,
      imagesBase64: Type.Array(payload("a Base64 string"), {
        minItems: 1,
        description: "the pictures' bytes (a list of Base64 strings)",
      }),
      metadata: Type.Object(
        {
          Task: Type.Enum(
            RECOGNITION_TASKS.map(({ name }) => name),
            { description: `one of ${RECOGNITION_TASKS.map(({ name }) => name).join(", ")}` },
          ),
          TaskArgument: optionalText("what is asked for (a string)"),
          PayloadType: Type.Optional(
            Type.Enum(["Image", "Audio"], { description: "Audio for sounds, else Image" }),
          ),
        },
        {
          description: "an object with Task, and with TaskArgument or PayloadType where that task needs them",
        },
      ),
      userAgent,
    }),
    rules: recognitionFaults,
    solution: Type.Object({
      answer: Type.Unknown({
        description: "a list of numbers, of booleans or of {X, Y}, or a text, as AnswerType says",
      }),
      metadata: metadataSolution("NumericArray, Grid, Coordinate or Text"),
    }),
    example: {
      minimal: { imagesBase64: [EXAMPLE_PICTURE], metadata: { Task: "shein" } },
      full: {
        ...where,
        imagesBase64: Array.from({ length: 9 }, () => EXAMPLE_PICTURE),
        metadata: { Task: "bls_3x3", TaskArgument: "546", PayloadType: "Image" },
        userAgent: "Mozilla/5.0",
      },
    },
  },
  {
    ...complex,
    variant: { field: "class", value: "hcaptcha" },
    status: "withdrawn",
    summary: "Pictures of an hCaptcha grid, or places in one picture.",
    fields: Type.Object({
      websiteURL: optionalWebsiteURL,
      imageUrls,
      imagesBase64,
      exampleImageUrls: addresses("addresses of example pictures, at most 18 (a list of strings)", {
        maxItems: MOST_PICTURES,
      }),
      exampleImagesBase64: pictures("the example pictures' bytes, at most 18 (a list of Base64 strings)", {
        maxItems: MOST_PICTURES,
      }),
      metadata: Type.Object(
        {
          Task: text("the instruction (a string)"),
          Classes: Type.Optional(
            Type.Array(Type.String(), { description: "the kinds to tell apart (a list of strings)" }),
          ),
        },
        { description: "an object with Task" },
      ),
      userAgent,
    }),
    rules: [eitherPictures, atMost(MOST_PICTURES), fetchable("imageUrls"), fetchable("exampleImageUrls")],
    solution: Type.Object({
      answer: Type.Unknown({ description: "a list of booleans or of {X, Y}, as AnswerType says" }),
      metadata: metadataSolution("Grid or Coordinate"),
    }),
    example: {
      minimal: { imagesBase64: [EXAMPLE_PICTURE], metadata: { Task: "Select all dogs" } },
      full: {
        ...where,
        imageUrls: ["https://shop.example/1.png"],
        exampleImageUrls: ["https://shop.example/2.png"],
        metadata: { Task: "Select all dogs", Classes: ["dog", "cat"] },
        userAgent: "Mozilla/5.0",
      },
    },
  },
  {
    ...complex,
    variant: { field: "class", value: "funcaptcha" },
    status: "withdrawn",
    summary: "One FunCaptcha picture.",
    fields: Type.Object({
      websiteURL: optionalWebsiteURL,
      imageUrls,
      imagesBase64,
      metadata: Type.Object(
        { Task: text("the instruction (a string)") },
        { description: "an object with Task" },
      ),
      userAgent,
    }),
    rules: [eitherPictures, atMost(1), fetchable("imageUrls")],
    solution: Type.Object({ answer: booleans }),
    example: {
      minimal: { imagesBase64: [EXAMPLE_PICTURE], metadata: { Task: "Pick the right way up" } },
      full: {
        ...where,
        imageUrls: ["https://shop.example/1.png"],
        metadata: { Task: "Pick the right way up" },
        userAgent: "Mozilla/5.0",
      },
    },
  },
];
