import { WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import * as ort from "onnxruntime-web/wasm";
import mod from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
export class Admin extends WorkerEntrypoint { async start(){ const i = await this.env.RETRAIN.create({params:{a:1}}); return i.id } async status(id){ return await (await this.env.RETRAIN.get(id)).status() } }
export class RetrainWorkflow extends WorkflowEntrypoint { async run(event, step){ return await step.do("x", async()=> String(mod) + typeof ort.InferenceSession) } }
export default { async fetch(){ return new Response("t") } };
