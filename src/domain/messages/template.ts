/** Words of one message: `{name}` places are filled from the parameters. `mend` says what the reader should do. */
export interface MessageTemplate {
  readonly zh: string;
  readonly en: string;
  readonly mendZh?: string;
  readonly mendEn?: string;
}
