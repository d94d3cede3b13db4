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

/**
 * Carries a statement out with the plan that the desk uses whatever the parameters are.
 * @returns how many pages it touched, and the tables that it scans, or would with other parameters
 */
export async function explain(
  database: Database,
  [, text, parameters]: Sample,
): Promise<{ readonly pages: number; readonly scans: readonly string[] }> {
  return database.transaction(async (transaction) => {
    await transaction.query("set local plan_cache_mode = force_generic_plan");
    await transaction.query(`prepare checked as ${text}`);
    const values = parameters.length > 0 ? `(${parameters.join(", ")})` : "";
    const [row] = await transaction.query<Explained>(
      `explain (analyze, buffers, timing off, format json) execute checked${values}`,
    );
    await transaction.query("deallocate checked");
    const plan = row?.["QUERY PLAN"][0].Plan;
    const scans = JSON.stringify(plan).matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g);
    return {
      pages: (plan?.["Shared Hit Blocks"] ?? NaN) + (plan?.["Shared Read Blocks"] ?? NaN),
      scans: [...scans].map(([, table = ""]) => table),
    };
  });
}
