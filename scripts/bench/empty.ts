import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

/** A Worker that does nothing, in a workerd of its own, on Miniflare's own port: the floor that others stand on. */
export async function startEmpty(): Promise<{ url: string; dispose(): Promise<void> }> {
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      modules: true,
      script: 'export default { fetch() { return new Response("ok") } };',
      compatibilityDate: "2026-11-01",
    } as Parameters<typeof convertV4MiniflareOptions>[0]),
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.WARN),
    logRequests: false,
  });
  const url = await miniflare.ready;
  return { url: url.href.replace(/\/$/, ""), dispose: () => miniflare.dispose() };
}
