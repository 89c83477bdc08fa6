import { expect, test } from '@jest/globals';
import type { PublicationAt } from '../../store/publishedAt.js';
import { comparePublications } from './comparePublications.js';

const mark = (publishedValue: string): PublicationAt => ({
  kind: 'group-mean',
  subject: 'county/pm25',
  period: '2024',
  publishedValue,
  computedValue: publishedValue,
  document: '同环〔2025〕1号',
  publishedOn: '2025-01-10',
  note: '',
  markedAt: '2025-01-10T01:00:00+00:00',
  markedBy: '甲',
  markedOffice: '生态环境分局',
  replaced: false,
  notices: [],
});

test('a published value is compared at its own precision, half to even', () => {
  const found = (value: string | null) => comparePublications([mark('28.4')], () => value)[0]!;
  expect(found('28.35')).toMatchObject({ computedValue: '28.4', agrees: true });
  expect(found('28.45')).toMatchObject({ computedValue: '28.4', agrees: true });
  expect(found('28.4501')).toMatchObject({ computedValue: '28.5', agrees: false });
  expect(found('28.4501').words.zh).toBe(
    '已公布数据变更：公布 28.4（同环〔2025〕1号，2025-01-10），现算 28.5',
  );
  expect(found('28.35').words.zh).toBe('已公布：28.4（同环〔2025〕1号，2025-01-10）；与现算一致');
});

test('a figure that is gone does not agree with anything', () => {
  const [found] = comparePublications([mark('0')], () => null);
  expect(found).toMatchObject({ computedValue: null, agrees: false });
  expect(found!.words.en).toContain('computed now: none');
});
