import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** Counters of the HTTP side and the registry that `/metrics` prints. */
export interface HttpMetrics {
  readonly registry: Registry;
  countRequest(method: string, route: string, status: number, seconds: number): void;
  /** Counts an upload by the status of its report, or `failed` when there was none. */
  countUpload(status: string): void;
}

// Anybody may send any method: each would otherwise become a time series.
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);

/** Creates the metrics in a registry; the process metrics are added unless the registry has them already. */
export function createHttpMetrics(registry: Registry = new Registry()): HttpMetrics {
  if (!registry.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route pattern and status (499: the client left first).',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  });
  const uploads = new Counter({
    name: 'cei_uploads_total',
    help: 'Uploads by outcome: committed, rejected, dry-run, needs-overwrite, failed.',
    labelNames: ['status'],
    registers: [registry],
  });
  for (const status of ['committed', 'rejected', 'dry-run', 'needs-overwrite', 'failed']) {
    uploads.inc({ status }, 0);
  }
  return {
    registry,
    countRequest(method, route, status, seconds) {
      const labels = { method: knownMethods.has(method) ? method : 'other', route, status: String(status) };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
    countUpload: (status) => uploads.inc({ status }),
  };
}
