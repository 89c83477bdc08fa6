import type { Route } from './route.js';
import { accessRoutes } from './routes/access.js';
import { alertRoutingRoutes } from './routes/alertRouting.js';
import { alertRuleRoutes } from './routes/alertRules.js';
import { alertRoutes } from './routes/alerts.js';
import { alertSilenceRoutes } from './routes/alertSilences.js';
import { catalogueRoutes } from './routes/catalogue.js';
import { channelRoutes } from './routes/channels.js';
import { columnNameRoutes } from './routes/columnNames.js';
import { deviceRoutes } from './routes/devices.js';
import { dustPeriodRoutes } from './routes/dustPeriods.js';
import { jobRoutes } from './routes/jobs.js';
import { mirrorRoutes } from './routes/mirror.js';
import { notificationRoutes } from './routes/notifications.js';
import { proofRoutes } from './routes/proofs.js';
import { publishedFigureRoutes } from './routes/publishedFigures.js';
import { qualityRoutes } from './routes/quality.js';
import { readingRoutes } from './routes/readings.js';
import { reportRoutes } from './routes/reports.js';
import { serviceRoutes } from './routes/service.js';
import { siteHistoryRoutes } from './routes/siteHistory.js';
import { sourceRoutes } from './routes/sources.js';
import { targetRoutes } from './routes/targets.js';
import { templateRoutes } from './routes/templates.js';
import { undoRoutes } from './routes/undo.js';
import { uploadRoutes } from './routes/uploads.js';
import { verdictHistoryRoutes } from './routes/verdictHistory.js';

/** Everything the service answers to besides its pages; the OpenAPI document is made from the same table. */
export const routes: readonly Route[] = [
  ...targetRoutes,
  ...verdictHistoryRoutes,
  ...publishedFigureRoutes,
  ...proofRoutes,
  ...templateRoutes,
  ...uploadRoutes,
  ...sourceRoutes,
  ...columnNameRoutes,
  ...deviceRoutes,
  ...mirrorRoutes,
  ...undoRoutes,
  ...readingRoutes,
  ...qualityRoutes,
  ...reportRoutes,
  ...catalogueRoutes,
  ...siteHistoryRoutes,
  ...dustPeriodRoutes,
  ...alertRoutes,
  ...alertRuleRoutes,
  ...alertRoutingRoutes,
  ...alertSilenceRoutes,
  ...channelRoutes,
  ...notificationRoutes,
  ...jobRoutes,
  ...accessRoutes,
  ...serviceRoutes,
];
