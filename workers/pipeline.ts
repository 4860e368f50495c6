import { WorkerEntrypoint } from "cloudflare:workers";
export class Admin extends WorkerEntrypoint { async ping(){ return "pong" } }
export default { async queue(batch){ console.log("got", batch.messages.length); }, async scheduled(c){ console.log("cron", c.cron); }, async fetch(){ return new Response("p") } };
