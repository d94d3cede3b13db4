import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { KeyRing } from "../accounts/keys.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/options.ts";
import type { Database } from "../database/database.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Admission } from "../tasks/admit.ts";
import type { QueueStats } from "../tasks/queue-stats.ts";
import type { Reader } from "../tasks/read.ts";
import type { RuleList } from "../tasks/rules.ts";
import type { Submitter } from "../tasks/submit.ts";
import type { GuardedSubmitter } from "../tasks/submit-guarded.ts";
import type { Waiters } from "../tasks/waiters.ts";
import { renderError, renderUnknown } from "./answers.ts";
import { acceptAnyBody, maxRequestBytes } from "./body.ts";
import type { PictureFetcher } from "./fetch-pictures.ts";
import { ANY_ORIGIN, JSON_HEADERS } from "./cors.ts";
import { TaskRate } from "./key-limits.ts";
import { serveMethod, serveOpenMethod } from "./method.ts";
import { serverWith, type Mount } from "./mount.ts";
import { cancelTask, type CancelTask } from "./routes/cancel-task.ts";
import { createTask, type CreateTaskOptions } from "./routes/create-task.ts";
import { getBalance } from "./routes/get-balance.ts";
import { getTaskResult } from "./routes/get-task-result.ts";
import { serveDocs } from "./routes/docs.ts";
import { serveHealth } from "./routes/health.ts";
import { serveMetrics } from "./routes/metrics.ts";
import { redeliverCallback, type Redeliver } from "./routes/redeliver-callback.ts";
import { reportMethods, type TakeReport } from "./routes/reports.ts";
import { getQueueStats, getSpendingStats } from "./routes/stats.ts";
import { test } from "./routes/test.ts";
import { trustOf } from "./trust-proxy.ts";
import { serveTwoCaptcha } from "./two-captcha/serve.ts";
import { answerUnreadable } from "./unreadable.ts";

export interface PublicAppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly keys: KeyRing;
  readonly admission: Admission;
  readonly rules: RuleList;
  readonly submitter: Submitter;
  readonly guarded: GuardedSubmitter;
  readonly reader: Reader;
  readonly waiters: Waiters;
  readonly queueStats: QueueStats;
  readonly cancel: CancelTask;
  readonly takeReport: TakeReport;
  readonly metrics: Metrics;
  readonly callbackUrls: CreateTaskOptions["callbackUrls"];
  readonly pictures: PictureFetcher;
  readonly redeliver: Redeliver;
  /** Apps that serve whatever lies below a path of this one's port. */
  readonly mounts?: readonly Mount[];
}

function sendJson(reply: FastifyReply, body: string): FastifyReply {
  return reply.code(200).headers(JSON_HEADERS).send(body);
}

/** The API that clients talk to. It has no `upgrade` listener: one would break clients that offer h2c. */
export function buildPublicApp(options: PublicAppOptions): FastifyInstance {
  const { config, logger, database, keys, reader, waiters, metrics } = options;
  const { maxImageBytes, prices, svg, pollLimit, trustProxy, userAgent } = config;
  const app = Fastify({
    logger: false,
    serverFactory: serverWith(options.mounts ?? []),
    forceCloseConnections: "idle",
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => void sendJson(reply, renderUnknown(request)),
    clientErrorHandler: answerUnreadable,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false },
    exposeHeadRoutes: false,
    trustProxy: trustOf(trustProxy),
  });

  acceptAnyBody(app, maxRequestBytes(config.maxImageBytes));
  app.setNotFoundHandler((request, reply) => void sendJson(reply, renderUnknown(request)));
  app.setErrorHandler((error, _request, reply) => void sendJson(reply, renderError(error, logger)));

  const reports = reportMethods(options.takeReport);
  const methods = {
    createTask: createTask({
      ...options,
      maxImageBytes,
      prices,
      svg,
      rate: new TaskRate(),
      onCreated: (type) => metrics.created.inc({ type }),
    }),
    getTaskResult: getTaskResult({ reader, waiters, pollLimit, logger }),
    getBalance: getBalance(reader),
    cancelTask: cancelTask(options.cancel),
    ...reports,
    getSpendingStats: getSpendingStats(database),
    redeliverCallback: redeliverCallback(options.redeliver),
    test: test({ ...options, maxImageBytes, prices, svg }),
  };
  for (const method of Object.values(methods)) serveMethod(app, keys, logger, method);
  serveOpenMethod(app, logger, "/getQueueStats", getQueueStats(options.queueStats));
  serveTwoCaptcha(app, { keys, logger, methods });
  app.get("/api/useragent/actual", (_request, reply) =>
    reply.headers(ANY_ORIGIN).type("text/plain; charset=utf-8").send(userAgent),
  );
  // Requests that wait for a task must not hold up the end.
  app.addHook("preClose", (done) => {
    waiters.stop();
    done();
  });
  serveHealth(app, database);
  serveDocs(app);
  serveMetrics(app, metrics);
  return app;
}
