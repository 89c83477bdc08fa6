import { showChannels } from './channels.js';
import { showFiring } from './firing.js';
import { showRouting } from './routing.js';
import { showRules } from './rules.js';
import { startSession, viewsOf } from './session.js';
import { showSilences } from './silences.js';

const views = viewsOf(
  {
    firing: showFiring,
    silences: showSilences,
    rules: showRules,
    routing: showRouting,
    channels: showChannels,
  },
  'firing',
);

await startSession({ open: (context) => views.open(context), close: () => views.close() });
