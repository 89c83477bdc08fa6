/** Words of alerting that several screens share. */
export const severities = ['notice', 'warning', 'critical'];
export const severityWords = { notice: '提示', warning: '警告', critical: '严重' };
export const severityOptions = severities.map((name) => [name, severityWords[name]]);

export const ruleKindWords = {
  threshold: '超限',
  target: '目标',
  absence: '断数',
  quality: '数据质量',
  'heavy-pollution': '重污染',
  service: '系统自身',
};

export const labelWords = {
  kind: '类别',
  rule: '规则',
  site: '点位',
  indicator: '指标',
  target: '目标编号',
  check: '检查项',
  subject: '对象',
  severity: '级别',
  office: '单位',
};

export const operatorWords = { '=': '等于', '!=': '不等于', '=~': '符合', '!~': '不符合' };

/** Conditions on labels in words; none is everything. */
export function matcherWords(matchers, nameOf = (_label, value) => value) {
  if (matchers.length === 0) return '全部';
  return matchers
    .map(
      ({ label, op, value }) =>
        `${labelWords[label] ?? label}${operatorWords[op]}${
          value === ''
            ? '空'
            : value
                .split('|')
                .map((part) => nameOf(label, part))
                .join('或')
        }`,
    )
    .join('，且');
}

/** The Chinese of codes that labels hold, where they are known by themselves. */
export function codeWords(label, value) {
  if (label === 'kind') return ruleKindWords[value] ?? value;
  if (label === 'severity') return severityWords[value] ?? value;
  return value;
}
