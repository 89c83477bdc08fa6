import { element, field } from './dom.js';

/** Words of the validator that say too much of how it works. */
const plainer = [
  [/^数值过小：期望 (string|array) >=1\D*$/, '不能空着'],
  [/^数值过小：期望 \w+ >=(\S+)(?: 字符)?$/, '应不小于 $1'],
  [/^数值过大：期望 string <=(\d+) 字符$/, '最多 $1 个字'],
  [/^数值过大：期望 \w+ <=(\S+).*$/, '应不大于 $1'],
  [/^无效输入：期望 (?:number|int|数字|整数).*$/, '应为数字'],
  [/^无效输入：期望 (?:string|字符串).*$/, '不能空着'],
  [/^无效URL$/i, '不是网址，应以 http:// 或 https:// 开头'],
  [/^无效.*邮件.*$|^无效.*email.*$/i, '不是邮箱地址'],
  [/^无效字符串：必须满足正则表达式.*$/, '写法不对'],
];

/** The Chinese half of words that the service gives in both languages, plainly. */
export function chinese(words) {
  const [own] = String(words).split(' / ');
  const found = plainer.find(([pattern]) => pattern.test(own));
  return found ? own.replace(found[0], found[1]) : own;
}

/** What the service finds wrong, each with the place in what was sent; places that its words name count too. */
function faultsOf({ problem = {} }) {
  if (problem.errors?.length > 0)
    return problem.errors.map(({ path, messageZh, message }) => ({ path, words: messageZh ?? message }));
  const said = String(problem.messageZh ?? '');
  return said
    .slice(said.indexOf('：') + 1)
    .split(/；|; /)
    .flatMap((part) => {
      const found = /^([A-Za-z]\w*(?:\.\w+)*): (.+)$/.exec(part.trim());
      return found ? [{ path: found[1], words: found[2] }] : [];
    });
}

function clearPlace({ input, fault }) {
  input.removeAttribute('aria-invalid');
  fault.hidden = true;
  fault.replaceChildren();
}

/** The inputs of a form by their places in what is sent, so that what is wrong is said at the input. */
export class FormFields {
  #places = new Map();
  #prefixes;

  /** @param prefixes what places may begin with in what is sent and not here, such as `rule` */
  constructor(...prefixes) {
    this.#prefixes = prefixes;
  }

  /** A label, the input, and room for what is wrong with it. */
  add(path, words, input, hint) {
    const node = field(words, input, hint);
    const fault = element('p', { class: 'fault', id: `${input.id}-fault`, hidden: true });
    node.append(fault);
    const place = { input, fault };
    this.#places.set(path, place);
    input.addEventListener('input', () => clearPlace(place));
    return node;
  }

  /** Another place whose faults are told at an input that is there already. */
  alias(path, of) {
    this.#places.set(path, this.#places.get(of));
  }

  clear() {
    for (const place of this.#places.values()) clearPlace(place);
  }

  /** Says at each input what is wrong with it, and in `box` the rest; goes to the first. */
  tell(error, box) {
    this.clear();
    const rest = [];
    let first;
    let told = 0;
    for (const { path, words } of faultsOf(error)) {
      const place = this.#find(path);
      if (!place) {
        rest.push(`${path}：${chinese(words)}`);
        continue;
      }
      told += 1;
      first ??= place.input;
      place.input.setAttribute('aria-invalid', 'true');
      if (!place.fault.textContent.includes(chinese(words)))
        place.fault.append(place.fault.textContent ? '；' : '', chinese(words));
      place.fault.hidden = false;
    }
    const shown = told === 0 ? error.message : `没有保存：有 ${told} 处不对，已在各项下面写明，改正后再试。`;
    box.replaceChildren(
      element(
        'div',
        { class: 'notice bad', role: 'alert' },
        element('p', {}, chinese(shown)),
        told > 0 && rest.length > 0
          ? element(
              'ul',
              {},
              rest.map((line) => element('li', {}, line)),
            )
          : null,
      ),
    );
    if (first) {
      first.closest('details')?.setAttribute('open', '');
      first.focus();
    }
  }

  /** The input of a place, or of the part of the document that the place is in. */
  #find(path) {
    const bare = this.#prefixes.find((prefix) => path.startsWith(`${prefix}.`));
    let place = bare === undefined ? path : path.slice(bare.length + 1);
    for (;;) {
      if (this.#places.has(place)) return this.#places.get(place);
      const end = place.lastIndexOf('.');
      if (end < 0) return undefined;
      place = place.slice(0, end);
    }
  }
}
