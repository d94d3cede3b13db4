import { toDollars } from "../../base/money.ts";
import type { Reader } from "../../tasks/read.ts";
import type { Method } from "../method.ts";

/** getBalance: what can still be spent, in dollars; money held for unfinished tasks is not part of it. */
export function getBalance(reader: Reader): Method {
  return {
    path: "/getBalance",
    async handle({ caller }) {
      const balance = await reader.balance(caller.accountId);
      return JSON.stringify({ errorId: 0, balance: toDollars(balance) });
    },
  };
}
