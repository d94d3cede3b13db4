export interface EmbeddedServer {
  readonly connection: { host: string; port: number; user: string; database: string };
  stop(): Promise<void>;
}
export async function startEmbedded(_o: unknown): Promise<EmbeddedServer> {
  throw new Error("not merged");
}
