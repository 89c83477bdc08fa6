import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recomputation } from '../assessment/recompute.js';
import { prepareImpact } from '../assessment/verdictImpact.js';
import type { SendDependencies } from '../delivery/attemptSend.js';
import { addDays, dayOfInstant } from '../domain/calendar.js';
import type { Services } from '../http/services.js';
import type { DeviceIngest } from '../ingest/devices/deviceIngest.js';
import type { ImportPoint } from '../ingest/importUpload.js';
import type { Mirror } from '../mirror/mirror.js';
import { listAudit } from '../store/audit.js';
import { countPendingDays } from '../store/pendingDays.js';
import type { Pool } from '../store/pool.js';
import { createTokenStore } from '../store/tokens.js';
import { createLoadFacts } from './alertFacts.js';
import { createAlertingServices } from './alertingServices.js';
import { createAllowanceService } from './allowanceService.js';
import { createCatalogueService } from './catalogueService.js';
import { createChannelService } from './channelService.js';
import { createColumnNameService } from './columnNameService.js';
import { createDeviceService } from './deviceService.js';
import { createDustPeriodService } from './dustPeriodService.js';
import { createHistoryService } from './historyService.js';
import { createJobService } from './jobService.js';
import { createLedgerService } from './ledgerService.js';
import { createMirrorService } from './mirrorService.js';
import { createNotificationService } from './notificationService.js';
import { createProofService } from './proofService.js';
import { createPublishedFigureService } from './publishedFigureService.js';
import { createQualityService } from './qualityService.js';
import { createReadingService } from './readingService.js';
import { createReportService } from './reportService.js';
import { createSiteHistoryService } from './siteHistoryService.js';
import { createSourceService } from './sourceService.js';
import { createTargetService } from './targetService.js';
import { createTemplateService } from './templateService.js';
import { createUndoService } from './undoService.js';
import { createUploadService } from './uploadService.js';
import { createVerdictHistoryService } from './verdictHistoryService.js';

export interface ServiceOptions {
  readonly pool: Pool;
  readonly engine: string;
  readonly recomputation: Recomputation;
  readonly dataDir: string;
  readonly maxUploadBytes: number;
  readonly maxUploadRows: number;
  /** Day as of which targets are judged by default; `undefined` means yesterday in Beijing. */
  readonly judgeDate: string | undefined;
  readonly demo: boolean;
  readonly now: () => Date;
  readonly reached: (point: ImportPoint) => Promise<void>;
  readonly ingest: DeviceIngest;
  readonly sending: SendDependencies;
  /** Called when there may be something to send. */
  readonly wakeDelivery: () => void;
  /** Absent where readings are not mirrored. */
  readonly mirror: Mirror | undefined;
  /** Whether the alerts of the demonstration are being staged. */
  readonly stagingAlerts?: () => boolean;
}

/** Puts the stores and use cases together into what the routes need. */
export function createServices(options: ServiceOptions): Services {
  const { pool, recomputation, now } = options;
  const demoData = () => options.demo;
  const judgeDate = () => options.judgeDate ?? addDays(dayOfInstant(now().getTime()), -1);
  const context = {
    pool,
    uploadsDir: uploadsDirOf(options.dataDir),
    maxBytes: options.maxUploadBytes,
    maxRows: options.maxUploadRows,
    reached: options.reached,
    async prepareImpact() {
      // What waits for recomputation already is none of the file's doing.
      await recomputation.drain();
      return prepareImpact(pool, judgeDate());
    },
  };
  return {
    version: packageVersion(),
    judgeDate,
    demoData,
    ...(options.stagingAlerts === undefined ? {} : { stagingAlerts: options.stagingAlerts }),
    async checkReady() {
      return { database: options.engine, pendingDays: await countPendingDays(pool) };
    },
    tokens: createTokenStore(pool),
    audit: { list: (filter) => listAudit(pool, filter) },
    catalogue: createCatalogueService(pool, () => recomputation.trigger()),
    siteHistory: createSiteHistoryService(pool, now),
    dustPeriods: createDustPeriodService(pool, () => recomputation.trigger()),
    uploads: createUploadService(context, recomputation, now),
    sources: createSourceService(pool),
    columnNames: createColumnNameService(pool),
    devices: createDeviceService(pool, options.ingest),
    mirror: createMirrorService(pool, options.mirror, now),
    undo: createUndoService(context, recomputation, now),
    history: createHistoryService(pool),
    readings: createReadingService(pool),
    reports: createReportService(pool),
    targets: createTargetService(pool, demoData),
    proofs: createProofService(pool),
    quality: createQualityService(pool, judgeDate, () => recomputation.trigger()),
    templates: createTemplateService(pool, judgeDate),
    verdictHistory: createVerdictHistoryService(pool),
    publishedFigures: createPublishedFigureService(pool, () => recomputation.drain()),
    ledger: createLedgerService(pool, demoData),
    channels: createChannelService(pool, options.sending, options.wakeDelivery),
    allowances: createAllowanceService(pool),
    notifications: createNotificationService(pool, options.wakeDelivery),
    jobs: createJobService(pool),
    alerting: createAlertingServices(pool, now, createLoadFacts(pool, options.dataDir, now)),
  };
}

/** Where uploaded files are kept. */
export function uploadsDirOf(dataDir: string): string {
  return join(dataDir, 'uploads');
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
