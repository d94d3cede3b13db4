import type { Command } from "commander";
import { codeOf, messageOf } from "../base/errors.ts";

/** What a shell reports of a program that SIGPIPE ended: Node ignores that signal, so we say it ourselves. */
const BROKEN_PIPE = 141;

/**
 * From now on output that cannot be written ends nothing by itself, least of all a command in the middle of its work on
 * the database; it only decides the exit code. Repeatable.
 */
export function surviveBrokenOutput(): void {
  process.stdout.off("error", onBrokenOutput).on("error", onBrokenOutput);
  process.stderr.off("error", ignore).on("error", ignore);
}

function onBrokenOutput(error: unknown): void {
  const gone = codeOf(error) === "EPIPE";
  process.exitCode = gone ? BROKEN_PIPE : 1;
  if (!gone) process.stderr.write(`glyphdesk: the output could not be written: ${messageOf(error)}\n`);
}

function ignore(): void {
  // There is nowhere left to say it.
}

/**
 * Prints a part of a long output.
 * @returns whether somebody still reads it; else there is no use in going on
 */
export async function printPart(text: string | Uint8Array): Promise<boolean> {
  const problem = await new Promise<unknown>((done) => process.stdout.write(text, done));
  return problem == null;
}

/** Prints one answer: JSON for programs, else the text, whose control characters become visible; line breaks stay. */
export function print(flags: { readonly json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : `${visible(text)}\n`);
}

/**
 * Text without characters that a terminal obeys, line breaks apart: names and labels may come from anybody, and an escape
 * sequence in one could rewrite what the operator reads, or what he types next.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
    character === "\n" ? character : "\uFFFD",
  );
}

export function withJson(command: Command): Command {
  return command.option("--json", "print JSON for programs");
}

/** A table with a heading; columns are as wide as their widest cell. A cell is one line whatever it holds. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows].map((row) => row.map((cell) => visible(cell).replaceAll("\n", "\uFFFD")));
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const BAR_WIDTH = 30;

/** A bar on stderr, drawn only where somebody watches: on a terminal. */
export function progressBar(label: string): {
  readonly update: (done: number, total: number) => void;
  readonly end: () => void;
} {
  const watched = process.stderr.isTTY;
  let shown = -1;
  return {
    update(done, total) {
      const filled = Math.floor((done / total) * BAR_WIDTH);
      if (!watched || (filled === shown && done % 25 !== 0)) return;
      shown = filled;
      process.stderr.write(
        `\r${label} ${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${done}/${total}`,
      );
    },
    end() {
      if (watched) process.stderr.write("\r\u001B[K");
    },
  };
}
