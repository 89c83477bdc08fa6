import { expect, test } from '@jest/globals';
import type { ServiceFacts } from '../alerts/facts.js';
import { createCalendar } from '../alerts/workingDays.js';
import { alertRuleSchema } from '../domain/alertRule.js';
import { judgeBySegments, type RuleFailure } from './rules.js';

const rule = alertRuleSchema.parse({
  kind: 'service',
  code: 'dead-letters',
  titleZh: '有通知未能送达',
  offices: ['ecology'],
  source: '测试',
  check: 'dead-letters',
  levels: [{ severity: 'warning', threshold: '1' }],
});
const good: ServiceFacts = { subject: null, value: '3', measuredAt: 1_700_000_000_000 };

test('facts that a rule fails on are remembered, and the others are judged', async () => {
  const failures: RuleFailure[] = [];
  const judged = await judgeBySegments(
    [{ version: 1, rule, from: -Infinity, to: Infinity }],
    () => Promise.resolve([null as unknown as ServiceFacts, good]),
    { conditions: { calendar: createCalendar(), warningTables: [] }, failures },
  );
  expect(judged.map(({ result }) => [result.ruleCode, result.status])).toEqual([['dead-letters', 'breach']]);
  expect(failures).toEqual([{ rule: 'dead-letters', error: expect.any(TypeError) }]);
});
