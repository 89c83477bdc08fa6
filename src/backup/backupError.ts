/** A backup, or a restoration, that cannot be; says why in both languages. */
export class BackupError extends Error {
  constructor(zh: string, en: string, options?: ErrorOptions) {
    super(`${zh} / ${en}`, options);
  }
}
