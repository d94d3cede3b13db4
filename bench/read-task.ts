/** Requests a second that one core can read and validate, by shape: `npx node bench/read-task.ts`. */
import { taskTypeOf } from "../src/protocol/catalogue/catalogue.ts";

const body = "A".repeat(20_000);
const SHAPES: Readonly<Record<string, () => Record<string, unknown>>> = {
  "ImageToTextTask, minimal": () => ({ type: "ImageToTextTask", body }),
  "ImageToTextTask, as the C# client sends it": () => ({
    type: "ImageToTextTask",
    body,
    CapMonsterModule: "universal",
    recognizingThreshold: 0,
    Case: false,
    numeric: 0,
    math: false,
  }),
  "RecaptchaV2Task with a proxy": () => ({
    type: "NoCaptchaTask",
    websiteURL: "https://shop.example/login",
    websiteKey: "key",
    proxyType: "http",
    proxyAddress: "203.0.113.7",
    proxyPort: 8080,
  }),
};

function readsPerSecond(make: () => Record<string, unknown>): number {
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < 500) {
    for (let repeat = 0; repeat < 500; repeat += 1) {
      const { type, task } = taskTypeOf(make());
      // Used, so that the compiler cannot leave the reading out.
      if (type.read(task)["body"] === "") throw new Error("unreachable");
    }
    count += 500;
  }
  return Math.round((count * 1000) / (performance.now() - started));
}

for (const [name, make] of Object.entries(SHAPES)) {
  const best = Math.max(...[1, 2, 3, 4].map(() => readsPerSecond(make)));
  process.stdout.write(`${name}: ${best} reads/s\n`);
}
