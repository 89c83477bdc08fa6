import { deviceSourceSchema } from '../domain/deviceSource.js';
import type { DeviceService } from './services/devices.js';
import type { MirrorService, MirrorView } from './services/mirror.js';

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

const mirrorView: MirrorView = {
  status: 'outage',
  target: 'http://influx:8086 o/b',
  waiting: { writes: 3, rows: 120, lagSeconds: 62.5 },
  sent: { rows: 4000, at: '2025-10-01T00:00:00.000Z' },
  refused: { lines: 0, last: null, at: null },
  valuesRemoved: 0,
  error: { message: 'connect ECONNREFUSED', at: '2025-10-01T00:01:00.000Z' },
};

/** A mirror whose target does not answer. */
export const fakeMirror: MirrorService = {
  view: () => Promise.resolve(mirrorView),
  resend: () => Promise.resolve(mirrorView),
};
