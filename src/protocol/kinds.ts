import type { Kind } from "./workspace.ts";

type Fields = Readonly<Record<string, unknown>>;

/** How a person answers each task of ComplexImageTask recognition. */
const RECOGNITION: Readonly<Record<string, Kind>> = {
  oocl_rotate_new: "rotation",
  oocl_rotate_double_new: "rotation",
  betpunch_3x3_rotate: "rotation",
  baidu: "rotation",
  bls_3x3: "grid",
  shein: "points",
  dli: "text",
  MathSum: "text",
  portugal_text_find_icon: "choice",
  bills_audio: "audio",
};

/**
 * How a person answers a task.
 * @param title of its type in the catalogue
 */
export function kindOf(title: string, fields: Fields): Kind {
  switch (title) {
    case "ImageToTextTask":
      return "text";
    case "ComplexImageTask recaptcha":
    case "ComplexImageTask funcaptcha":
      return "grid";
    case "ComplexImageTask hcaptcha":
      // Several pictures are to be told apart; in a single one places are to be found.
      return picturesOf(fields) > 1 ? "grid" : "points";
    case "ComplexImageTask recognition":
      return RECOGNITION[metadataOf(fields).Task] ?? "text";
    default:
      return "widget";
  }
}

/** How many pictures a task has, also while they are still to be fetched. */
function picturesOf(fields: Fields): number {
  const { imageUrls } = fields;
  return Array.isArray(imageUrls) && imageUrls.length > 0 ? imageUrls.length : filesOf(fields).length;
}

/** The metadata of a ComplexImageTask, absent strings as empty ones. */
export function metadataOf(fields: Fields): {
  readonly Task: string;
  readonly TaskArgument: string;
  readonly Grid: string;
  readonly TaskDefinition: string;
} {
  const metadata = (fields["metadata"] ?? {}) as Fields;
  const text = (name: string) => (typeof metadata[name] === "string" ? metadata[name] : "");
  return {
    Task: text("Task"),
    TaskArgument: text("TaskArgument"),
    Grid: text("Grid"),
    TaskDefinition: text("TaskDefinition"),
  };
}

/**
 * The sizes of the files of a task that has several: they are kept one after the other as one picture, out of the
 * fields. The first `$tasks` of them are the task's, what follows are examples.
 */
export interface PackedFiles {
  readonly $files?: readonly number[];
  readonly $tasks?: number;
}

/** Sizes of the task's own files, examples left out. */
export function filesOf(fields: Fields): readonly number[] {
  const { $files = [], $tasks = $files.length } = fields as PackedFiles;
  return $files.slice(0, $tasks);
}
