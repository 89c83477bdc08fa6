import { call } from './api.js';
import { showDevices } from './devices.js';
import { showDust } from './dust.js';
import { showRecords } from './records.js';
import { startSession, viewsOf } from './session.js';
import { showSites } from './sites.js';
import { showSuspects } from './suspects.js';
import { showTargets } from './targets.js';
import { showTemplates } from './templates.js';
import { showTokens } from './tokens.js';
import { showUpload } from './upload.js';
import { indicatorNames } from './words.js';

const views = viewsOf(
  {
    targets: showTargets,
    upload: showUpload,
    records: showRecords,
    suspects: showSuspects,
    templates: showTemplates,
    devices: showDevices,
    dust: showDust,
    sites: showSites,
    tokens: showTokens,
  },
  'targets',
);

/** Codes stay codes where the names cannot be had. */
async function loadNames() {
  const answer = await call('/api/v1/indicators').catch(() => ({ items: [] }));
  for (const { code, nameZh } of answer.items) indicatorNames.set(code, nameZh);
}

await startSession({
  async open(context) {
    await loadNames();
    views.open(context);
  },
  close: () => views.close(),
});
