import type { ImportPoint } from '../ingest/importUpload.js';

/**
 * The test aid behind FAULT_POINT: `staged:service:3` kills the service the third time an import has staged a stretch,
 * `before-commit:database` kills the database server. Without the setting nothing happens.
 *
 * @param killDatabase kills the database server at once, as a power cut would
 */
export function createFaultPoint(
  setting: string | undefined,
  killDatabase: () => void,
): (point: ImportPoint) => Promise<void> {
  if (setting === undefined) return () => Promise.resolve();
  const [wanted, victim, nth = '1'] = setting.split(':');
  let seen = 0;
  return async (point) => {
    if (point !== wanted) return;
    seen += 1;
    if (seen !== Number(nth)) return;
    if (victim === 'service') process.kill(process.pid, 'SIGKILL');
    else killDatabase();
    // Whatever was killed must not be outrun by the next statement.
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
}
