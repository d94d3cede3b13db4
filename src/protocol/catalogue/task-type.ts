import { Type, type TObject } from "typebox";
import type { Micros } from "../../base/money.ts";
import { fieldReader, refusalOf, type Fault } from "../fields.ts";
import type { JsonObject } from "../json.ts";
import type { TestKeyVendor } from "../test-keys.ts";
import { proxyFields, readProxy, type ProxyUse } from "./proxy.ts";
import { ANY_TASK, urlFault } from "./shared.ts";

/** Who answers a task type. */
export type Route =
  /** The text recogniser. */
  | { readonly kind: "machine" }
  /** People in the workspace, for authorised sites only. */
  | { readonly kind: "people" }
  /** A computation that needs nothing but the task's own fields, for authorised sites only. */
  | { readonly kind: "computed" }
  /** Nobody, on purpose. `reason` ends the sentence "… is not supported: ". */
  | { readonly kind: "not offered"; readonly reason: string };

/** A cross-field check; sees only fields that are right by themselves or absent. */
export type Rule = (fields: Readonly<Record<string, unknown>>) => Fault | null;

/** One row of the catalogue, as the tables state it. */
export interface TaskTypeRow {
  /** Canonical name, as stored and shown. */
  readonly name: string;
  /** Older and other clients' names of the same type. */
  readonly aliases?: readonly string[];
  /** Where one name stands for several types: the field that selects, and its value for this row. */
  readonly variant?: { readonly field: "class" | "cloudflareTaskType"; readonly value: string };
  readonly summary: string;
  /** `withdrawn`: the hosted service once had it. `draft`: it was announced and never published. */
  readonly status?: "withdrawn" | "draft";
  /** Fields besides `type`, the selecting field and the proxy block. */
  readonly fields: TObject;
  readonly rules?: readonly Rule[];
  /**
   * Turns what clients of sister services send into the row's own fields.
   * @throws ProtocolError where it cannot be
   */
  readonly adopt?: (task: JsonObject) => JsonObject;
  readonly proxy: ProxyUse;
  readonly solution: TObject;
  readonly route: Route;
  /** What of the type is answered, where it is not all of it. */
  readonly only?: string;
  /** The vendor whose official public test site keys are answered at once, for any site and free. */
  readonly testKeys?: TestKeyVendor;
  /** Price of one solved task unless the operator sets another. */
  readonly price: Micros;
  /** Milliseconds from creation after which an answer is worthless: the official clients stop asking. */
  readonly deadline: number;
  /** Values for a documented request: the required fields, and with `full` all of them. */
  readonly example: { readonly minimal: JsonObject; readonly full: JsonObject };
}

/** A row with its compiled reader. */
export interface TaskType extends TaskTypeRow {
  /** Unique: the name, with the selecting value where there is one (`CustomTask altcha`). */
  readonly title: string;
  /** Whether the task's site must be on the operator's list. */
  readonly needsSite: boolean;
  /** Every field of a request besides `type` and those of ANY_TASK: the row's own, the selecting field, the proxy block. */
  readonly schema: TObject;
  /**
   * Reads the task's fields; throws ProtocolError naming every faulty one. The proxy's login and password come masked.
   */
  read(task: JsonObject): Readonly<Record<string, unknown>>;
}

/** Compiles a row: once, when the catalogue is loaded. */
export function taskType(row: TaskTypeRow): TaskType {
  const title = row.variant === undefined ? row.name : `${row.name} ${row.variant.value}`;
  const readFields = fieldReader(
    Type.Object({ ...row.fields.properties, ...ANY_TASK }, { required: row.fields.required }),
  );
  const rules = [...(row.fields.properties["websiteURL"] ? [urlFault] : []), ...(row.rules ?? [])];
  const what = `The ${title}`;
  return {
    ...row,
    title,
    needsSite: row.route.kind === "people" || row.route.kind === "computed",
    schema: schemaOf(row),
    read(task) {
      const { fields, faults: own } = readFields(row.adopt?.(task) ?? task);
      const faults = [...own];
      for (const rule of rules) {
        const fault = rule(fields);
        // A field that is wrong by itself is not reported twice.
        if (fault !== null && !own.some(({ field }) => field === fault.field)) faults.push(fault);
      }
      const proxy = row.proxy === "none" ? null : readProxy(task, row.proxy);
      if (proxy !== null) faults.push(...proxy.faults);
      if (faults.length > 0) throw refusalOf(what, faults);
      return proxy === null ? fields : { ...fields, ...proxy.fields };
    },
  };
}

/** For readers and documents; the compiled reader works on the row's own fields. */
function schemaOf(row: TaskTypeRow): TObject {
  const { fields, proxy, variant } = row;
  const selecting =
    variant === undefined
      ? {}
      : { [variant.field]: { type: "string", const: variant.value, description: `\`${variant.value}\`` } };
  const required = [...(variant ? [variant.field] : []), ...(fields.required ?? [])];
  const all = proxy === "required" ? [...required, ...Object.keys(proxyFields(proxy))] : required;
  const properties = { ...selecting, ...fields.properties, ...proxyFields(proxy) };
  return { ...fields, properties, required: all } as unknown as TObject;
}
