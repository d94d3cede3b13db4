import type { Duplex } from "node:stream";

/** How long a client may go on sending what nobody will read. */
const LINGER_MS = 2_000;

/**
 * Ends a connection whose client may still be sending. To close it with bytes unread would reset it, and the client might
 * never read what it was answered.
 */
export function hangUp(socket: Duplex): void {
  socket.end();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
