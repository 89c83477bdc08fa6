import { Gauge, type Registry } from 'prom-client';

/** What the metrics tell of the mirror. */
export interface MirrorFigures {
  readonly reached: boolean;
  readonly lagRows: number;
  readonly lagSeconds: number;
  readonly rowsSent: number;
  readonly linesRefused: number;
  readonly valuesRemoved: number;
}

/** Adds the mirror's figures to a registry; they are asked for at each scrape. */
export function addMirrorMetrics(registry: Registry, figures: () => MirrorFigures): void {
  const gauge = (name: string, help: string, pick: (now: MirrorFigures) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(pick(figures()));
      },
    });
  gauge('cei_mirror_up', 'Whether the mirror took what it was sent last (1) or not (0).', ({ reached }) =>
    reached ? 1 : 0,
  );
  gauge('cei_mirror_lag_rows', 'Rows that wait to be mirrored, at most.', ({ lagRows }) => lagRows);
  gauge('cei_mirror_lag_seconds', 'Age of the oldest write that waits.', ({ lagSeconds }) => lagSeconds);
  gauge('cei_mirror_rows_sent', 'Rows that the mirror has taken.', ({ rowsSent }) => rowsSent);
  gauge(
    'cei_mirror_lines_refused',
    'Lines that the mirror refused for good.',
    ({ linesRefused }) => linesRefused,
  );
  gauge(
    'cei_mirror_values_removed',
    'Values taken back here that stay in the mirror.',
    ({ valuesRemoved }) => valuesRemoved,
  );
}
