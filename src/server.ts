import { ensureFirstAccount } from "./accounts/first-account.ts";
import { KeyRing } from "./accounts/keys.ts";
import type { Logger } from "./base/logger.ts";
import type { Config } from "./config/options.ts";
import { connect } from "./database/connect.ts";
import type { Database } from "./database/database.ts";
import { CallbackUrls } from "./callbacks/callback-url.ts";
import { Deliverer } from "./callbacks/deliverer.ts";
import { redeliverTask } from "./callbacks/deliveries.ts";
import { callbackPayload } from "./http/callback-payload.ts";
import { PictureFetcher } from "./http/fetch-pictures.ts";
import { buildPublicApp } from "./http/public-app.ts";
import { buildRunnerApp } from "./http/runner-app.ts";
import { buildWidgetApp } from "./http/widget-app.ts";
import { buildConsoleApp } from "./http/console/app.ts";
import { SignInLimit } from "./http/session/sign-in-limit.ts";
import { buildWorkspaceApp } from "./http/workspace/app.ts";
import { closeApp, listenForClients, listenForWidgets, portOf, urlOf } from "./listen.ts";
import { Metrics } from "./metrics/metrics.ts";
import { AddressGuard } from "./outbound/address-guard.ts";
import { PeopleDesk } from "./people/desk.ts";
import { PEOPLE_SOLVER } from "./people/read-answer.ts";
import { forgetItems } from "./people/quality.ts";
import { createWidgetDesk } from "./people/widget-desk.ts";
import { SiteList } from "./sites/sites.ts";
import { loadSolvers, postsOf } from "./solvers/registry.ts";
import { startRunners } from "./solvers/start-runners.ts";
import { checkPriceNames } from "./protocol/catalogue/price-names.ts";
import { PEOPLE } from "./protocol/lanes.ts";
import { cancel } from "./tasks/cancel.ts";
import { Examples } from "./tasks/examples.ts";
import { LaneHints, TASKS_CHANNEL } from "./tasks/hints.ts";
import { forgetIdempotencyKeys } from "./tasks/idempotency.ts";
import { QueueStats } from "./tasks/queue-stats.ts";
import { Reader } from "./tasks/read.ts";
import { RecentImages } from "./tasks/recent-images.ts";
import { RecentResults } from "./tasks/recent-results.ts";
import { forgetReports, report } from "./tasks/report.ts";
import { RuleList } from "./tasks/rules.ts";
import { Submitter } from "./tasks/submit.ts";
import { endAllLeases } from "./tasks/sweep.ts";
import { GuardedSubmitter } from "./tasks/submit-guarded.ts";
import { Sweeper, type Chore } from "./tasks/sweeper.ts";
import { foldUsage, forgetUsage } from "./tasks/usage.ts";
import { Waiters } from "./tasks/waiters.ts";
import { WidgetTickets } from "./widgets/tickets.ts";

const RECENT_IMAGE_BYTES = 32 * 1024 * 1024;

export interface RunningServer {
  /** Base address for clients, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** A key made for the first account at the very first start: shown once, stored nowhere. */
  readonly firstKey: string | null;
  /** Stops taking requests, finishes what is under way, closes the database. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Builds every part, in order: database, solvers, queue, HTTP, first account. What was started is stopped in reverse
 * order, also when a later part fails to start.
 * @param signal its abort gives the start up, until the server listens
 */
export async function startServer(
  config: Config,
  logger: Logger,
  signal?: AbortSignal,
): Promise<RunningServer> {
  const started: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  let stopping: Promise<void> | null = null;
  const stop = () => (stopping ??= stopAll(started, logger));

  try {
    checkPriceNames(config.prices);
    const connected = await connect(config, "server", logger, signal && { signal });
    started.push({ name: "database", stop: () => connected.close() });
    const { database } = connected;
    for (const name of connected.migrated) logger.info({ migration: name }, "migrated");
    if (connected.alone) await endAllLeases(database);

    const runs = config.role !== "api";
    const solvers = runs
      ? await loadSolvers(config.solvers, { logger, ...(config.threads > 0 && { threads: config.threads }) })
      : [];
    const images = new RecentImages(solvers.length > 0 ? RECENT_IMAGE_BYTES : 0);
    const results = new RecentResults();
    const metrics = new Metrics();
    const waiters = new Waiters(database, results);
    const { keepSeconds } = config;
    const examples = new Examples(config.exampleDays);
    const tickets = new WidgetTickets({ database, origin: config.widgetOrigin, port: () => portOf(widgets) });
    const widgets = buildWidgetApp({ tickets, logger, trustProxy: config.trustProxy });
    const people = new PeopleDesk({
      database,
      logger,
      keepSeconds,
      examples,
      widgets: createWidgetDesk(tickets),
      onSettled: (to, settled) => metrics.done(PEOPLE_SOLVER, to, settled),
    });
    started.push({ name: "people", stop: () => people.floor.stop() });
    const runners = await startRunners(runs ? postsOf(solvers) : [], {
      database,
      images,
      results,
      logger,
      people: people.presence,
      keepSeconds,
      onSettled: (solver, { to }, settled, tookMs) => {
        metrics.done(solver, to, settled);
        metrics.solveSeconds.observe({ solver }, tookMs / 1000);
      },
    });
    started.push({ name: "runners", stop: runners.stop });
    const wake = (lane: string) => {
      runners.wake(lane);
      people.floor.wake(lane);
    };
    database.listen(TASKS_CHANNEL, wake);
    const hints = new LaneHints(database);
    const onQueued = (lane: string) => {
      wake(lane);
      hints.tell(lane);
    };

    const sweeper = new Sweeper({
      database,
      chores: chores(database, examples),
      keepSeconds,
      logger,
      onSwept: ({ requeued, expired, deleted }) => {
        metrics.swept.inc({ action: "requeued" }, requeued);
        metrics.swept.inc({ action: "expired" }, expired);
        metrics.swept.inc({ action: "deleted" }, deleted);
        metrics.settled.inc({ solver: "none", outcome: "expired" }, expired);
        if (requeued > 0) wake("");
      },
    });
    started.push({ name: "housekeeping", stop: () => sweeper.stop() });

    const guard = new AddressGuard(config.callbackAllow);
    const deliverer = new Deliverer({
      ...connected,
      guard,
      logger,
      render: (task, url) => callbackPayload(task, url, logger),
      onTry: (accepted) => metrics.callbackTries.inc({ outcome: accepted ? "delivered" : "failed" }),
    });
    started.push({ name: "callbacks", stop: () => deliverer.stop() });

    started.push({ name: "widgets", stop: () => closeApp(widgets) });
    signal?.throwIfAborted();
    if (config.role !== "runner") await listenForWidgets(widgets, config, logger);

    const queueStats = new QueueStats(database, (lane) =>
      lane.startsWith(PEOPLE) ? people.presence.count(lane.slice(PEOPLE.length)) : runners.places(lane),
    );
    metrics.watch(() => queueStats.queued());
    const pages = { desk: people, logger, limit: new SignInLimit(), trustProxy: config.trustProxy };
    const workspace = buildWorkspaceApp(pages);
    const operators = buildConsoleApp(pages);
    await Promise.all([workspace.ready(), operators.ready()]);
    const app =
      config.role === "runner"
        ? buildRunnerApp(database, metrics)
        : buildPublicApp({
            config,
            logger,
            database,
            metrics,
            keys: new KeyRing(database),
            admission: { sites: new SiteList(database), people: people.presence },
            rules: await RuleList.open(database),
            submitter: new Submitter(database, images, results, runners.taker, onQueued),
            guarded: new GuardedSubmitter(database, images, onQueued),
            reader: new Reader(database, results),
            waiters,
            queueStats,
            async cancel(task) {
              const state = await cancel(database, config.keepSeconds, task, () =>
                metrics.settled.inc({ solver: "none", outcome: "cancelled" }),
              );
              results.forget(task.id);
              waiters.ended([task.id]);
              return state;
            },
            takeReport: (given) =>
              report(database, examples, { ...config, windowSeconds: config.reportSeconds }, given),
            callbackUrls: new CallbackUrls(guard),
            pictures: new PictureFetcher(guard, config.maxImageBytes),
            redeliver: (accountId, taskId) => redeliverTask(database, accountId, taskId),
            mounts: [
              { path: "/workspace", app: workspace },
              { path: "/console", app: operators },
            ],
          });
    started.push({ name: "http", stop: () => closeApp(app) });
    signal?.throwIfAborted();
    const first = () => ensureFirstAccount(database, config, logger);
    // The operator's own key has to work from the first request on. One that is made here is shown once, so only by a
    // server that runs; until then nobody can send it.
    if (config.apiKey !== null) await first();
    await listenForClients(app, config);
    const firstKey = config.apiKey === null ? await first() : null;
    // Open streams would hold up the end of the HTTP server.
    started.push({ name: "workspace", stop: () => people.floor.stop().then(() => workspace.close()) });
    started.push({ name: "console", stop: () => operators.close() });
    return { url: urlOf(app), firstKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Housekeeping beside the queue's own. */
function chores(database: Database, examples: Examples): Chore[] {
  return [
    { everyMs: 0, run: () => foldUsage(database) },
    { everyMs: 60_000, run: () => forgetIdempotencyKeys(database) },
    { everyMs: 60_000, run: () => examples.forget(database) },
    { everyMs: 600_000, run: () => forgetItems(database) },
    { everyMs: 3_600_000, run: () => forgetReports(database) },
    { everyMs: 3_600_000, run: () => forgetUsage(database) },
  ];
}

async function stopAll(
  started: readonly { readonly name: string; readonly stop: () => Promise<void> }[],
  logger: Logger,
): Promise<void> {
  for (const { name, stop } of started.toReversed()) {
    await stop().catch((error: unknown) =>
      logger.error({ err: error, part: name }, "a part did not stop cleanly"),
    );
  }
}
