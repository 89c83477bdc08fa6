import { cutToWidth, printable } from '../app/terminalTable.js';

const cells = 24;
const redrawMs = 100;

/** Shows how far a run over files is: a bar on a terminal, a line per file elsewhere. */
export class Progress {
  #done = 0;
  #file = 0;
  #name = '';
  #drawnAt = 0;
  #shown = false;

  constructor(
    private readonly files: number,
    private readonly bytes: number,
    private readonly out: NodeJS.WriteStream,
  ) {}

  begin(path: string): void {
    this.#file += 1;
    this.#name = printable(path);
    if (this.out.isTTY) this.#draw();
    else this.out.write(`[${this.#file}/${this.files}] ${this.#name}\n`);
  }

  advance(bytes: number): void {
    this.#done += bytes;
    if (this.out.isTTY && performance.now() - this.#drawnAt >= redrawMs) this.#draw();
  }

  /** Takes the bar off, so that something else can be printed. */
  clear(): void {
    if (this.#shown) this.out.write('\r\u001b[K');
    this.#shown = false;
  }

  #draw(): void {
    const share = this.bytes === 0 ? 1 : Math.min(1, this.#done / this.bytes);
    const filled = Math.floor(share * cells);
    const bar = `[${'█'.repeat(filled)}${'·'.repeat(cells - filled)}] ${String(Math.floor(share * 100)).padStart(3)}%`;
    const head = `${bar} ${this.#file}/${this.files} `;
    const room = Math.max(10, this.out.columns - head.length - 1);
    this.out.write(`\r${head}${cutToWidth(this.#name, room)}\u001b[K`);
    this.#drawnAt = performance.now();
    this.#shown = true;
  }
}
