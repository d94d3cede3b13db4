import assert from "node:assert/strict";
import { it } from "node:test";
import { OperatorError } from "../../base/errors.ts";
import { TASK_TYPES } from "./catalogue.ts";
import { checkPriceNames } from "./price-names.ts";

const check = (...names: string[]) => checkPriceNames(new Map(names.map((name) => [name.toLowerCase(), 1])));

it("a price may be set for every name and title of the catalogue", () => {
  check(...TASK_TYPES.flatMap(({ name, title }) => [name, title]));
});

it("any other name is refused with the nearest that is right, if one is near, all at once", () => {
  assert.throws(
    () => check("ImageToTxtTask", "ImageToTextTask", "CustomTask altca", "TurnstileTaskProxyless", "Foo"),
    (error) =>
      error instanceof OperatorError &&
      /"imagetotxttask" is no task type\. Did you mean ImageToTextTask\?/.test(error.message) &&
      /"customtask altca".*CustomTask altcha\?/.test(error.message) &&
      /"turnstiletaskproxyless".*TurnstileTask\?/.test(error.message) &&
      /"foo" is no task type\.\n/.test(error.message) &&
      !error.message.includes('"imagetotexttask"'),
  );
});
