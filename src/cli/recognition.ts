import type { Command } from "commander";

/** `glyphdesk solve` and `glyphdesk bench`. */
export function recognitionCommands(): Command[] {
  return [];
}
