import type { AlertingServices } from '../http/services/alerting.js';
import type { Pool } from '../store/pool.js';
import { createAlertLinkService } from './alertLinkService.js';
import { createAlertRoutingService } from './alertRoutingService.js';
import { createAlertRuleService, type LoadFacts } from './alertRuleService.js';
import { createAlertService } from './alertService.js';
import { createSilenceService } from './alertSilenceService.js';
import { createWorkingDayService } from './workingDayService.js';

/** Everything that people do with alerts. */
export function createAlertingServices(pool: Pool, now: () => Date, loadFacts: LoadFacts): AlertingServices {
  return {
    rules: createAlertRuleService(pool, loadFacts),
    routing: createAlertRoutingService(pool, now),
    alerts: createAlertService(pool, now),
    silences: createSilenceService(pool, now),
    workingDays: createWorkingDayService(pool),
    links: createAlertLinkService(pool),
  };
}
