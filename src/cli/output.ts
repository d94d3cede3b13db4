import type { Command } from "commander";

/** Prints one answer: JSON for programs, else the text. */
export function print(flags: { readonly json?: boolean }, value: unknown, text: string): void {
  process.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : `${text}\n`);
}

export function withJson(command: Command): Command {
  return command.option("--json", "print JSON for programs");
}

/** A table with a heading; columns are as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
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
export function progressBar(label: string): { update(done: number, total: number): void; end(): void } {
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
