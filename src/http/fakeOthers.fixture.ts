import { fakeDelivery } from './fakeDelivery.fixture.js';
import { fakeDevices } from './fakeDevices.fixture.js';
import { fakeTemplates } from './fakeTemplates.fixture.js';

/** Fake services that remember nothing. */
export const fakeOthers = { devices: fakeDevices, templates: fakeTemplates, ...fakeDelivery };
