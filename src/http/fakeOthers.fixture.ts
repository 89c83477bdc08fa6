import { fakeAlerting } from './fakeAlerts.fixture.js';
import { fakeDelivery } from './fakeDelivery.fixture.js';
import { fakeDevices, fakeMirror } from './fakeDevices.fixture.js';
import { fakeTemplates } from './fakeTemplates.fixture.js';

/** Fake services that remember nothing. */
export const fakeOthers = {
  devices: fakeDevices,
  mirror: fakeMirror,
  templates: fakeTemplates,
  alerting: fakeAlerting,
  ...fakeDelivery,
};
