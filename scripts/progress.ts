import cliProgress from "cli-progress";

/** Without a terminal a line at most this often, so that a log stays readable. */
const LINE_EVERY_MS = 10_000;

/** One long part: how far it is, told as a bar on a terminal and as plain lines elsewhere. */
export interface ProgressPart {
  /** `note` is a word or two beside the bar: the step, the file. */
  update(done: number, note?: string): void;
  total(total: number): void;
  finish(note?: string): void;
}

/** All progress goes to stderr: stdout belongs to a command's answer. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #quiet: boolean;

  constructor(options: { quiet?: boolean; stream?: NodeJS.WriteStream } = {}) {
    this.#stream = options.stream ?? process.stderr;
    this.#quiet = options.quiet === true;
  }

  say(line: string): void {
    if (!this.#quiet) this.#stream.write(`${line}\n`);
  }

  part(name: string, total: number): ProgressPart {
    if (this.#quiet) return { update() {}, total() {}, finish() {} };
    return this.#stream.isTTY ? this.#bar(name, total) : this.#lines(name, total);
  }

  #bar(name: string, total: number): ProgressPart {
    const bar = new cliProgress.SingleBar({
      format: `${name.padEnd(20)} {bar} {percentage}% {note}`,
      stream: this.#stream,
      barsize: 30,
      hideCursor: true,
      clearOnComplete: false,
    });
    bar.start(Math.max(1, total), 0, { note: "" });
    return {
      update: (done, note) => bar.update(done, note === undefined ? undefined : { note }),
      total: (value) => bar.setTotal(Math.max(1, value)),
      finish: (note = "") => {
        bar.update(bar.getTotal(), { note });
        bar.stop();
      },
    };
  }

  #lines(name: string, firstTotal: number): ProgressPart {
    const startedMs = Date.now();
    let total = firstTotal;
    let lastMs = startedMs;
    return {
      update: (done, note = "") => {
        if (Date.now() - lastMs < LINE_EVERY_MS) return;
        lastMs = Date.now();
        this.say(`${name}: ${Math.floor((100 * done) / Math.max(1, total))} % ${note}`.trimEnd());
      },
      total: (value) => {
        total = value;
      },
      finish: (note = "") => {
        const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
        this.say(`${name}: done in ${seconds} s${note === "" ? "" : `, ${note}`}`);
      },
    };
  }
}
