import { WorkerEntrypoint } from "cloudflare:workers";
export default class Scorer extends WorkerEntrypoint { async score(){ return {status:"cold"} } }
