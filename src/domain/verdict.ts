/**
 * `met`, `missed`: the period is over and the data suffice. `secured`, `lost`: the period runs, but the outcome is
 * certain. `on-track`, `at-risk`: the period runs. `insufficient-data`: there are data, too few to judge by the
 * standard. `not-reported`: there are none.
 */
export const verdicts = [
  'met',
  'missed',
  'secured',
  'on-track',
  'at-risk',
  'lost',
  'insufficient-data',
  'not-reported',
] as const;
export type VerdictName = (typeof verdicts)[number];

/** Chinese words for the verdicts, as pages, tables and messages print them. */
export const verdictZh: Readonly<Record<VerdictName, string>> = {
  met: '已达标',
  missed: '未达标',
  secured: '锁定达标',
  'on-track': '进度正常',
  'at-risk': '存在风险',
  lost: '已无法达标',
  'insufficient-data': '数据不足',
  'not-reported': '未报送',
};
