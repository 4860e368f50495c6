/** The part of cli-progress that is used here; the package brings no types. */
declare module "cli-progress" {
  interface BarOptions {
    format: string;
    stream: NodeJS.WritableStream;
    barsize: number;
    hideCursor: boolean;
    clearOnComplete: boolean;
  }
  type Payload = Record<string, string>;
  class SingleBar {
    constructor(options: BarOptions);
    start(total: number, done: number, payload?: Payload): void;
    update(done: number, payload?: Payload): void;
    setTotal(total: number): void;
    getTotal(): number;
    stop(): void;
  }
  const cliProgress: { SingleBar: typeof SingleBar };
  export default cliProgress;
}
