import { metadataOf } from "../protocol/kinds.ts";
import type { AnswerOf, Asks, ItemFile, Kind } from "../protocol/workspace.ts";
import { digitsOf, rotationOf, suggestionOf, textHints } from "./hints.ts";

type Fields = Readonly<Record<string, unknown>>;
export type Solution = Readonly<Record<string, unknown>>;

/** What the kinds need to know of a task. */
export interface Asked {
  /** Title of its type. */
  readonly type: string;
  readonly fields: Fields;
  readonly files: readonly ItemFile[];
  /** What the recogniser read; null when it was not asked or the worker must not see it. */
  readonly reading: Fields | null;
}

/** Why an answer is none, in a sentence for the worker. */
export class AnswerFault extends Error {
  override readonly name = "AnswerFault";
}

interface Answering<K extends Kind> {
  /** What the worker is asked for. */
  ask(task: Asked): Asks[K];
  /**
   * The value of the answer, in the form in which answers are compared; its schema holds already.
   * @throws AnswerFault
   */
  value(task: Asked, answer: AnswerOf<K>): unknown;
  /** AnswerType in the solution's metadata, for the types that have it. */
  readonly answerType: "Text" | "Grid" | "Coordinate" | "NumericArray";
  /** Whether two values say the same. */
  same(one: never, other: never, task: Asked): boolean;
  /** The answer in a few characters. */
  summary(answer: AnswerOf<K>): string;
}

/** Two people never point at the same pixel, nor turn by the same degree. */
const SAME_PIXELS = 15;
const SAME_DEGREES = 6;

interface Place {
  readonly X: number;
  readonly Y: number;
}

const equal = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The one table of what can be answered by people: widgets, which bring their answer along, have a module of their own. */
export const ANSWERING: { readonly [K in Exclude<Kind, "widget">]: Answering<K> } = {
  text: {
    ask: (task) => ({ ...textHints(task.type, task.fields), suggestion: suggestionOf(task.reading) }),
    value: (_task, { text }) => meaningful(text),
    answerType: "Text",
    same: (one: string, other: string, { fields }) =>
      fields["case"] === true ? one === other : one.toLowerCase() === other.toLowerCase(),
    summary: ({ text }) => text,
  },
  grid: {
    ask: gridOf,
    value(task, { cells }) {
      const { cells: expected, min } = gridOf(task);
      if (cells.length !== expected) {
        throw new AnswerFault(`Expected ${expected} cells, got ${cells.length}.`);
      }
      if (cells.filter(Boolean).length < min) throw new AnswerFault(`Pick at least ${min}.`);
      return cells;
    },
    answerType: "Grid",
    same: equal,
    summary: ({ cells }) => cells.flatMap((picked, at) => (picked ? at + 1 : [])).join(" ") || "none",
  },
  points: {
    ask: ({ fields }) => ({ instruction: instructionOf(fields), min: 1, max: 20 }),
    value({ files }, { points }): Place[] {
      const { width, height } = files[0] ?? {};
      if (points.length > 20) throw new AnswerFault(`Expected at most 20 places, got ${points.length}.`);
      for (const { x, y } of points) {
        if (x >= (width ?? Infinity) || y >= (height ?? Infinity)) {
          throw new AnswerFault(
            `The place ${x}, ${y} lies outside the picture, ${width} × ${height} pixels.`,
          );
        }
      }
      return points.map(({ x, y }) => ({ X: x, Y: y }));
    },
    answerType: "Coordinate",
    same: (one: readonly Place[], other: readonly Place[]) =>
      one.length === other.length && canBePaired(one, other),
    summary: ({ points }) => points.map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`).join(" "),
  },
  rotation: {
    ask: ({ fields }) => ({ instruction: null, ...rotationOf(fields) }),
    value({ fields }, { angles }) {
      const { pieces, steps } = rotationOf(fields);
      if (angles.length !== pieces) throw new AnswerFault(`Expected ${pieces} turns, got ${angles.length}.`);
      if (steps !== null && !angles.every((turn) => Number.isInteger(turn) && turn >= 1 && turn <= steps)) {
        throw new AnswerFault(`Each turn is a whole number from 1 to ${steps}.`);
      }
      return angles;
    },
    answerType: "NumericArray",
    same: (one: readonly number[], other: readonly number[], { fields }) =>
      one.every((turn, at) => {
        const apart = Math.abs(turn - (other[at] ?? NaN)) % 360;
        return Math.min(apart, 360 - apart) <= (rotationOf(fields).steps === null ? SAME_DEGREES : 0);
      }),
    summary: ({ angles }) => angles.map((turn) => Math.round(turn * 10) / 10).join(" "),
  },
  choice: {
    // One merged picture whose parts are counted from the left.
    ask: ({ fields }) => ({ instruction: instructionOf(fields), options: ["1", "2", "3", "4", "5"] }),
    value(_task, { choice }) {
      if (choice > 4) throw new AnswerFault("Choose one of the 5.");
      return [choice + 1];
    },
    answerType: "NumericArray",
    same: equal,
    summary: ({ choice }) => String(choice + 1),
  },
  audio: {
    ask: ({ fields }) => ({ instruction: instructionOf(fields), numeric: "digits" }),
    value(_task, { text }) {
      const digits = text.replaceAll(/\s/g, "");
      if (!/^\d+$/.test(digits)) throw new AnswerFault("The answer is digits only.");
      return digitsOf(digits);
    },
    answerType: "Text",
    same: equal,
    summary: ({ text }) => text,
  },
};

/** The exact solution of the protocol: what a value becomes for the caller of this type. */
export function solutionOf(kind: Exclude<Kind, "widget">, type: string, value: unknown): Solution {
  if (type === "ImageToTextTask") return { text: value };
  const plain = type === "ComplexImageTask recaptcha" || type === "ComplexImageTask funcaptcha";
  return plain ? { answer: value } : { answer: value, metadata: { AnswerType: ANSWERING[kind].answerType } };
}

/** The value in a solution, whoever gave it. */
export function valueOf(solution: Solution): unknown {
  return solution["text"] ?? solution["answer"];
}

function meaningful(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") throw new AnswerFault("The answer is empty.");
  return trimmed;
}

/** Whether each place can have a partner of its own: where its nearest is taken, that one may move to another. */
function canBePaired(one: readonly Place[], other: readonly Place[]): boolean {
  const partners = new Map<Place, Place>();
  const pair = (place: Place, tried: Set<Place>): boolean =>
    other.some((near) => {
      if (tried.has(near) || Math.hypot(near.X - place.X, near.Y - place.Y) > SAME_PIXELS) return false;
      tried.add(near);
      const holder = partners.get(near);
      if (holder !== undefined && !pair(holder, tried)) return false;
      partners.set(near, place);
      return true;
    });
  return one.every((place) => pair(place, new Set()));
}

function instructionOf(fields: Fields): string | null {
  const { Task, TaskArgument } = metadataOf(fields);
  // Of class recognition, Task is the name of the method, and what is asked for stands in TaskArgument.
  return TaskArgument || (/^[A-Za-z]\w*$/.test(Task) ? null : Task) || null;
}

function gridOf({ type, fields, files }: Asked): Asks["grid"] {
  const { Grid, Task, TaskDefinition } = metadataOf(fields);
  const tasks = files.filter(({ role }) => role === "task");
  if (type === "ComplexImageTask recaptcha") {
    const [side = 3] = Grid.split("x").map(Number);
    const instruction = Task || TaskDefinition || null;
    return { instruction, rows: side, columns: side, cells: side * side, tiles: false, min: 0 };
  }
  if (type === "ComplexImageTask funcaptcha") {
    const { width, height } = tasks[0] ?? {};
    // A strip of pictures beside each other, or the usual two rows of three.
    const ratio = (width ?? 3) / (height ?? 2);
    const [rows, columns] = ratio > 2 ? [1, Math.round(ratio)] : [2, 3];
    return { instruction: Task || null, rows, columns, cells: rows * columns, tiles: false, min: 1 };
  }
  const columns = tasks.length <= 3 ? tasks.length : tasks.length % 4 === 0 && tasks.length > 9 ? 4 : 3;
  const rows = Math.ceil(tasks.length / columns);
  return { instruction: instructionOf(fields), rows, columns, cells: tasks.length, tiles: true, min: 0 };
}
