import { after } from "node:test";
import type { FastifyInstance } from "fastify";
import { silentLogger } from "../../src/base/logger.ts";
import { AddressGuard } from "../../src/outbound/address-guard.ts";
import { CallbackUrls } from "../../src/callbacks/callback-url.ts";
import { redeliverTask } from "../../src/callbacks/deliveries.ts";
import { KeyRing } from "../../src/accounts/keys.ts";
import { loadConfig } from "../../src/config/load.ts";
import { PictureFetcher } from "../../src/http/fetch-pictures.ts";
import { buildPublicApp } from "../../src/http/public-app.ts";
import { SiteList } from "../../src/sites/sites.ts";
import { RuleList } from "../../src/tasks/rules.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { cancel } from "../../src/tasks/cancel.ts";
import { Examples } from "../../src/tasks/examples.ts";
import { QueueStats } from "../../src/tasks/queue-stats.ts";
import { report } from "../../src/tasks/report.ts";
import { createTestDesk, type TestDesk } from "./desk.ts";

/** Calls one method and answers the parsed body; throws unless the answer is HTTP 200 with JSON. */
export type Call = (method: string, body: unknown) => Promise<Record<string, unknown>>;

export interface TestApp {
  readonly app: FastifyInstance;
  readonly desk: TestDesk;
  readonly rules: RuleList;
  readonly call: Call;
}

/**
 * The public app over a fresh database or a given one, without solvers and without a port. Call it at the top level of
 * a file.
 */
export async function createTestApp(
  environment: Readonly<Record<string, string>> = {},
  given?: TestDesk,
): Promise<TestApp> {
  const desk = given ?? (await createTestDesk());
  const config = loadConfig(environment);
  const guard = new AddressGuard(config.callbackAllow);
  const rules = await RuleList.open(desk.database);
  const app = buildPublicApp({
    config,
    logger: silentLogger,
    database: desk.database,
    keys: new KeyRing(desk.database),
    admission: { sites: new SiteList(desk.database), people: desk.people.presence },
    rules,
    submitter: desk.submitter,
    guarded: desk.guarded,
    reader: desk.reader,
    waiters: desk.waiters,
    queueStats: new QueueStats(desk.database, () => 4),
    async cancel(task) {
      const state = await cancel(desk.database, config.keepSeconds, task);
      desk.results.forget(task.id);
      desk.waiters.ended([task.id]);
      return state;
    },
    takeReport: (given) =>
      report(
        desk.database,
        new Examples(config.exampleDays),
        { ...config, windowSeconds: config.reportSeconds },
        given,
      ),
    metrics: new Metrics(),
    callbackUrls: new CallbackUrls(guard),
    pictures: new PictureFetcher(guard, config.maxImageBytes),
    redeliver: (accountId, taskId) => redeliverTask(desk.database, accountId, taskId),
  });
  after(() => app.close());
  return {
    app,
    desk,
    rules,
    async call(method, body) {
      const payload = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      return parseAnswer(await app.inject({ method: "POST", url: `/${method}`, payload }));
    },
  };
}

/** Rule 2 of the wire: always HTTP 200 with JSON, `errorId` 0 or 1, on failure always code and description. */
export function parseAnswer(answer: {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}): Record<string, unknown> {
  if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}: ${answer.body.slice(0, 200)}`);
  if (answer.headers["content-type"] !== "application/json; charset=utf-8") {
    throw new Error(`content type ${String(answer.headers["content-type"])}`);
  }
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  const failed = body["errorId"] === 1;
  if (!failed && body["errorId"] !== 0) throw new Error(`errorId missing: ${answer.body.slice(0, 200)}`);
  if (failed && (typeof body["errorCode"] !== "string" || typeof body["errorDescription"] !== "string")) {
    throw new Error(`a refusal without code or description: ${answer.body.slice(0, 200)}`);
  }
  if (!failed && body["errorCode"] !== undefined) throw new Error("errorCode on success");
  return body;
}
