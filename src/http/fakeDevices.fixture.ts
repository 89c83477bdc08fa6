import { deviceSourceSchema } from '../domain/deviceSource.js';
import type { DeviceService } from './services/devices.js';

const editedAt = '2025-10-01T00:00:00.000Z';
const definition = deviceSourceSchema.parse({
  code: 'air-station',
  nameZh: '空气自动站小时值',
  measurements: ['air'],
  siteTags: ['site'],
  medium: 'air',
  interval: 'hour',
  label: 'end',
});
const source = { definition, version: 1, editedAt, editedBy: 'seeds', reason: '' };

/** One device source, and a quarantine with one line. */
export const fakeDevices: DeviceService = {
  listSources: () => Promise.resolve([source]),
  findSource: (code) =>
    Promise.resolve(code === 'air-station' ? { current: source, versions: [source] } : undefined),
  putSource: (_actor, given, reason) => Promise.resolve({ ...source, definition: given, reason }),
  listQuarantine: () =>
    Promise.resolve([
      {
        code: 'device-unknown-site',
        measurement: 'air',
        subject: 'X9',
        lines: 1,
        firstAt: editedAt,
        lastAt: editedAt,
        messageZh: '没有登记的站点“X9”',
        messageEn: 'The site "X9" is not registered',
      },
    ]),
  replay: () => Promise.resolve({ taken: 1, remaining: 0 }),
  discard: () => Promise.resolve({ discarded: 1 }),
};
