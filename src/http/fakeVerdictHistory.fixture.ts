import { Readable } from 'node:stream';
import type { NoticeView, PublishedFigureView } from './services/verdictHistory.js';
import type { Services } from './services.js';

const moment = '2025-10-01T08:00:00+08:00';
const figure: PublishedFigureView = {
  id: '1',
  kind: 'group-mean',
  subject: 'g/pm25',
  period: '2025-03',
  publishedValue: '33',
  computedValue: '33',
  currentValue: '34',
  document: '公报',
  publishedOn: '2025-04-10',
  note: '',
  markedAt: moment,
  markedBy: '李审核（生态环境分局）',
  replacedBy: null,
};
const notice: NoticeView = {
  id: '1',
  titleZh: '已公布数据变更',
  figure,
  raisedAt: moment,
  oldValue: '33',
  newValue: '34',
  causes: [
    { writeId: '7', kind: 'upload', by: '王文员（分局）', at: moment, reason: '更正', uploadId: '12' },
  ],
  acknowledged: null,
};

/** Verdict history, published figures and the ledger in memory. */
export function fakeVerdictHistory(): Pick<Services, 'verdictHistory' | 'publishedFigures' | 'ledger'> {
  return {
    verdictHistory: {
      list: () =>
        Promise.resolve([
          {
            asOf: '2025-09-30',
            recordedAt: moment,
            targetVersion: 1,
            verdict: 'on-track',
            verdictZh: '进度正常',
            value: '31',
            valueUnrounded: '30.6',
            distance: '2',
            used: 268,
            missing: 5,
            reason: '均值低于限值',
            superseded: false,
          },
        ]),
    },
    publishedFigures: {
      list: () => Promise.resolve([figure]),
      mark: (_actor, input) =>
        Promise.resolve({ ...figure, kind: input.kind, subject: input.subject, period: input.period }),
      listNotices: () => Promise.resolve([notice]),
      acknowledge: (actor, id, words) =>
        Promise.resolve({ ...notice, id, acknowledged: { at: moment, by: actor.name, words } }),
    },
    ledger: {
      write: () => Promise.resolve({ fileName: '台账.xlsx', content: Readable.from([Buffer.from('PK')]) }),
    },
  };
}
