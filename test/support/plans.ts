import type { Database, Row } from "../../src/database/database.ts";

/** A statement with its parameters as SQL expressions. */
export type Sample = readonly [name: string, text: string, parameters: readonly string[]];

interface Explained extends Row {
  readonly "QUERY PLAN": readonly [
    {
      readonly Plan: { readonly "Shared Hit Blocks": number; readonly "Shared Read Blocks": number };
    },
  ];
}

/** How many pages a statement touches. It is carried out, with the plan that the desk uses for every parameter. */
export async function pagesRead(database: Database, [, text, parameters]: Sample): Promise<number> {
  return database.transaction(async (transaction) => {
    await transaction.query("set local plan_cache_mode = force_generic_plan");
    await transaction.query(`prepare checked as ${text}`);
    const values = parameters.length > 0 ? `(${parameters.join(", ")})` : "";
    const [row] = await transaction.query<Explained>(
      `explain (analyze, buffers, timing off, format json) execute checked${values}`,
    );
    await transaction.query("deallocate checked");
    const plan = row?.["QUERY PLAN"][0].Plan;
    return (plan?.["Shared Hit Blocks"] ?? NaN) + (plan?.["Shared Read Blocks"] ?? NaN);
  });
}
