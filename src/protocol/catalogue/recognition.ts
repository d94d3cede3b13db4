import { preview } from "../fields.ts";
import type { Rule } from "./task-type.ts";

/** A task of ComplexImageTask recognition. */
export interface RecognitionTask {
  readonly name: string;
  /** Files expected in imagesBase64. */
  readonly files: number;
  readonly needs?: "TaskArgument" | "Audio";
  readonly answerType: "NumericArray" | "Grid" | "Coordinate" | "Text";
  readonly answer: string;
}

/** Section 4.7 of the protocol reference. The answer to bills_audio is documented as a list with AnswerType Text. */
export const RECOGNITION_TASKS: readonly RecognitionTask[] = [
  { name: "oocl_rotate_new", files: 2, answerType: "NumericArray", answer: "degrees" },
  { name: "oocl_rotate_double_new", files: 3, answerType: "NumericArray", answer: "degrees" },
  {
    name: "betpunch_3x3_rotate",
    files: 9,
    answerType: "NumericArray",
    answer: "nine whole numbers from 1 to 4",
  },
  { name: "baidu", files: 1, answerType: "NumericArray", answer: "degrees" },
  { name: "bls_3x3", files: 9, needs: "TaskArgument", answerType: "Grid", answer: "nine booleans" },
  { name: "shein", files: 1, answerType: "Coordinate", answer: "a list of {X, Y}" },
  { name: "dli", files: 1, answerType: "Text", answer: "a text" },
  { name: "MathSum", files: 1, answerType: "Text", answer: "a text" },
  {
    name: "portugal_text_find_icon",
    files: 1,
    needs: "TaskArgument",
    answerType: "NumericArray",
    answer: "a list of one whole number from 1 to 5",
  },
  { name: "bills_audio", files: 1, needs: "Audio", answerType: "Text", answer: "a list of digits" },
];

const BY_NAME = new Map(RECOGNITION_TASKS.map((task) => [task.name, task]));

function taskAndMetadata(fields: Readonly<Record<string, unknown>>) {
  const metadata = (fields["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  return { metadata, task: BY_NAME.get(String(metadata["Task"])) };
}

export const recognitionFaults: readonly Rule[] = [
  (fields) => {
    const { task } = taskAndMetadata(fields);
    const { imagesBase64: files } = fields;
    if (task === undefined || !Array.isArray(files) || files.length === task.files) return null;
    const expected = task.files === 1 ? "one file" : `${task.files} files`;
    return {
      field: "imagesBase64",
      sentence: `expected ${expected} for the task ${task.name}, got ${files.length}`,
    };
  },
  (fields) => {
    const { task, metadata } = taskAndMetadata(fields);
    if (task?.needs !== "TaskArgument" || metadata["TaskArgument"] !== undefined) return null;
    return {
      field: "metadata.TaskArgument",
      sentence: `expected a string for the task ${task.name}, got nothing`,
    };
  },
  (fields) => {
    const { task, metadata } = taskAndMetadata(fields);
    if (task?.needs !== "Audio" || metadata["PayloadType"] === "Audio") return null;
    return {
      field: "metadata.PayloadType",
      sentence: `expected Audio for the task ${task.name}, got ${preview(metadata["PayloadType"])}`,
    };
  },
];
