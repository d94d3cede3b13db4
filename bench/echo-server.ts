import Fastify from "fastify";

/** The yardstick: a bare Fastify that sends the same JSON back. Prints the port that it listens on. */
const app = Fastify({ keepAliveTimeout: 75_000, bodyLimit: 4_000_000 });
app.post("/*", (request) => request.body);
await app.listen({ host: "127.0.0.1", port: 0 });
process.stdout.write(`${JSON.stringify({ url: app.listeningOrigin })}\n`);
process.on("SIGTERM", () => void app.close());
