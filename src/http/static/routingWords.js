import { codeWords } from './alertWords.js';
import { element } from './dom.js';

/** Codes of offices and channels in words; both lists are empty until they are known. */
export class RoutingNames {
  offices = [];
  channels = [];

  channelWords(code) {
    const known = this.channels.find((one) => one.code === code);
    if (!known) return `${code}（未建）`;
    return known.disabled ? `${known.name}（停用）` : known.name;
  }

  /** A value of a label. */
  valueWords(label, value) {
    if (label === 'office') return this.offices.find(({ code }) => code === value)?.nameZh ?? value;
    return codeWords(label, value);
  }

  escalationWords({ escalation }) {
    if (escalation === undefined) return '';
    if (escalation.length === 0) return '不升级';
    return stack(
      escalation.map(
        ({ afterWorkingHours, channels, noteZh }) =>
          `${afterWorkingHours} 个工作小时后：${noteZh}（${channels.map((code) => this.channelWords(code)).join('、')}）`,
      ),
    );
  }
}

/** Lines one below the other. */
export function stack(lines) {
  return element(
    'span',
    { class: 'stack' },
    lines.map((line) => element('span', {}, line)),
  );
}
