/** Takes the date of the row above for blank ones, within an unbroken run of rows. */
export class FillDown {
  private text: string | undefined;
  private nextLine = 0;

  /** The text to read for a row's cell: its own, the one above when it is blank, or the blank when there is none. */
  take(text: string, cells: readonly string[], line: number): string {
    // A row that is missing in between may have had another date.
    if (line > this.nextLine) this.text = undefined;
    this.nextLine = line + 1 + countLineFeeds(cells);
    if (text.trim() === '') return this.text ?? text;
    this.text = text;
    return text;
  }

  /** What follows an unreadable date must not get an older one. */
  forget(): void {
    this.text = undefined;
  }
}

function countLineFeeds(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count += 1;
  }
  return count;
}
