import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { codeOf, messageOf, OperatorError } from "./base/errors.ts";
import type { Logger } from "./base/logger.ts";
import type { Config } from "./config/options.ts";

/** What the system says of a host that is no address of this machine; of a name, that nobody knows it. */
const WRONG_HOST = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EAI_AGAIN", "EINVAL", "ENOTFOUND"]);

type Wanted = Pick<Config, "host" | "port" | "widgetPort">;

/** @throws OperatorError that names the option to change */
export async function listenForClients(app: FastifyInstance, { host, port }: Wanted): Promise<void> {
  await app.listen({ host, port }).catch((error: unknown) => {
    throw cannotListen(error, host, port, "GLYPHDESK_PORT");
  });
}

/**
 * The widget origin needs a port of its own, but which one matters only to operators who say so.
 * @throws OperatorError that names the option to change
 */
export async function listenForWidgets(
  app: FastifyInstance,
  { host, port, widgetPort }: Wanted,
  logger: Logger,
): Promise<void> {
  const wanted = widgetPort ?? (port === 0 ? 0 : port + 1);
  try {
    await app.listen({ host, port: wanted });
    return;
  } catch (error) {
    if (widgetPort !== null || wanted === 0 || WRONG_HOST.has(codeOf(error))) {
      throw cannotListen(error, host, wanted, "GLYPHDESK_WIDGET_PORT");
    }
    logger.warn(
      { reason: messageOf(error) },
      `cannot listen on ${host}:${wanted} for widgets; taking any free port`,
    );
  }
  await app.listen({ host, port: 0 }).catch((error: unknown) => {
    throw cannotListen(error, host, 0, "GLYPHDESK_WIDGET_PORT");
  });
}

function cannotListen(error: unknown, host: string, port: number, portOption: string): OperatorError {
  if (WRONG_HOST.has(codeOf(error))) {
    return new OperatorError(
      `Cannot listen on "${host}": this machine has no such address (${messageOf(error)}).\n` +
        "Set GLYPHDESK_HOST to 127.0.0.1 for this machine alone, to 0.0.0.0 for all of its addresses, or to one of them.",
      { cause: error },
    );
  }
  return new OperatorError(
    `Cannot listen on ${host}:${port}${portOption === "GLYPHDESK_PORT" ? "" : " for widgets"}: ${messageOf(error)}\n` +
      `Choose another with ${portOption} (0 takes any free port).`,
    { cause: error },
  );
}

export function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port;
}

/** The base address for clients on this machine. */
export function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  const host = address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
  return `http://${family === "IPv6" && host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Lets requests under way finish; connections that still hang after a while are cut, or they would hold up the end. */
export async function closeApp(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), 5_000);
  await app.close();
  clearTimeout(cut);
}
