import { byte } from './characters.js';
import { describeFault, type FaultParts, type LineFault, type LineFaultCode } from './lineFault.js';
import { PointOffsets } from './pointOffsets.js';

/** What happens after a fault: the rest of the line is skipped, up to the next line break wherever that is. */
export const skipLine = 1;

const noParts = {
  nameStart: -1,
  nameEnd: -1,
  textStart: -1,
  textEnd: -1,
  textKind: 'raw',
  found: -1,
} as const;

/** The faults of the entries: noted while an entry is read, described when it is known to be read to its end. */
export class FaultNotes extends PointOffsets {
  /** Faults in the order of the lines, at most as many as the options say. */
  readonly faults: LineFault[] = [];
  /** How many entries were faulty. */
  faultCount = 0;
  /** 1-based line on which the present entry starts. */
  entryLine = 1;

  protected entryStart = 0;
  /** The key that a fault names. */
  protected keyStart = 0;
  protected keyEnd = 0;
  private pending: FaultParts | undefined;
  private pendingAt = 0;

  constructor(private readonly mostFaults: number) {
    super();
  }

  protected fault(code: LineFaultCode, at: number, found = -1): typeof skipLine {
    return this.note(at, { ...noParts, code, found });
  }

  protected faultNamed(
    code: LineFaultCode,
    at: number,
    found = -1,
    textStart = -1,
    textEnd = -1,
  ): typeof skipLine {
    const parts = { nameStart: this.keyStart, nameEnd: this.keyEnd, textStart, textEnd, found };
    return this.note(at, { ...noParts, ...parts, code });
  }

  protected faultText(
    code: LineFaultCode,
    start: number,
    end: number,
    textKind: FaultParts['textKind'] = 'raw',
  ): typeof skipLine {
    return this.note(start, { ...noParts, code, textStart: start, textEnd: end, textKind });
  }

  /** Counts the fault that was noted last, and describes it while there is room. */
  protected keepFault(): void {
    this.faultCount += 1;
    if (this.pending === undefined || this.faults.length >= this.mostFaults) return;
    let line = this.entryLine;
    let lineStart = this.entryStart;
    for (let at = lineStart; at < this.pendingAt; at += 1) {
      if (this.bytes[at] !== byte.newline) continue;
      line += 1;
      lineStart = at + 1;
    }
    const column = this.pendingAt - lineStart + 1;
    this.faults.push({ line, column, ...describeFault(this.bytes, this.pending) });
  }

  private note(at: number, parts: FaultParts): typeof skipLine {
    this.pendingAt = at;
    this.pending = parts;
    return skipLine;
  }
}
