import { Command } from "commander";
import { callbackSecret, listDeliveries, redeliver, type ListedDelivery } from "../callbacks/deliveries.ts";
import { OperatorError } from "../base/errors.ts";
import { withDatabase, withOptions } from "./context.ts";
import { print, table, withJson } from "./output.ts";

interface Flags extends Record<string, unknown> {
  readonly json?: boolean;
  readonly failing?: boolean;
  readonly renew?: boolean;
  readonly limit: string;
}

/** `glyphdesk callback list|redeliver|secret`. */
export function callbackCommands(): Command {
  const group = new Command("callback").description("results posted to the callbackUrl of tasks");
  const add = (command: Command) => group.addCommand(withJson(withOptions(command, ["dataDir"])));

  add(
    new Command("list")
      .description("list the newest deliveries with the outcome of their last try")
      .option("--failing", "only those that were tried and have not arrived")
      .option("--limit <number>", "how many at most", "50")
      .action(async (flags: Flags) => {
        const limit = count(flags.limit);
        const deliveries = await withDatabase(flags, (database) =>
          listDeliveries(database, { failing: flags.failing === true, limit }),
        );
        const headings = [
          "DELIVERY",
          "TASK",
          "ACCOUNT",
          "STATE",
          "TRIES",
          "LAST TRY",
          "OUTCOME",
          "MS",
          "URL",
        ];
        print(flags, deliveries, table(headings, deliveries.map(row)));
      }),
  );
  add(
    new Command("redeliver")
      .description("deliver once more, now, with all retries")
      .argument("<delivery>", "as `callback list` shows it")
      .action(async (delivery: string, flags: Flags) => {
        await withDatabase(flags, (database) => redeliver(database, delivery));
        print(flags, { delivery, state: "waiting" }, `The delivery ${delivery} is queued again.`);
      }),
  );
  add(
    new Command("secret")
      .description("show the secret that signs an account's callbacks (docs/callbacks.md)")
      .argument("<account>")
      .option("--renew", "make a new one first; the old one ends at once")
      .action(async (account: string, flags: Flags) => {
        const renew = flags.renew === true;
        const secret = await withDatabase(flags, (database) => callbackSecret(database, account, renew));
        print(flags, { account, secret }, secret);
      }),
  );
  return group;
}

function row({ delivery, taskId, account, url, state, tries }: ListedDelivery): string[] {
  const last = tries.at(-1);
  return [
    delivery,
    String(taskId),
    account,
    state,
    String(tries.length),
    last?.at.slice(0, 19) ?? "",
    String(last?.status ?? last?.error ?? ""),
    String(last?.durationMs ?? ""),
    url,
  ];
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value < 1) {
    throw new OperatorError(`--limit: expected a number from 1 to 999999, got "${text}".`);
  }
  return value;
}
