/**
 * Makes an element. Texts become text nodes, never markup: names of files, sites and columns come from outside.
 * `on` holds listeners; other attributes are set as they are, `true` as empty and `false`, null, undefined not at all.
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

/** A label above its input. */
export function field(labelText, input, hint) {
  const id = `f-${field.count++}`;
  input.id = id;
  const hintNode = hint ? element('small', { id: `${id}-hint` }, hint) : null;
  if (hintNode) input.setAttribute('aria-describedby', hintNode.id);
  return element('div', { class: 'field' }, element('label', { for: id }, labelText), input, hintNode);
}
field.count = 1;

/** A box to tick, with its words beside it. */
export function checkbox(words, attributes = {}, hint) {
  const input = element('input', { type: 'checkbox', ...attributes });
  const node = field(words, input, hint);
  node.className = 'field check';
  return { node, input };
}

/** One line of a list of facts. */
export function fact(name, value, kind = 'fact') {
  return element('div', { class: kind }, element('dt', {}, name), element('dd', {}, value));
}

/** A button that does no more than its listener says. */
export function button(words, onClick, attributes = {}) {
  return element('button', { type: 'button', ...attributes, on: { click: onClick } }, words);
}

/** Something that went wrong, read out at once; `errors` are the fields that the service names. */
export function failure(error, ...more) {
  const errors = error.problem?.errors ?? [];
  return element(
    'div',
    { class: 'notice bad', role: 'alert' },
    element('p', {}, error.message),
    errors.length > 0 &&
      element(
        'ul',
        {},
        errors.map((entry) => element('li', {}, `${entry.path}：${entry.messageZh ?? entry.message}`)),
      ),
    more,
  );
}

/** Fills a select with [value, text] pairs and chooses one. */
export function fillSelect(node, options, value = '') {
  node.replaceChildren(...options.map(([key, text]) => element('option', { value: key }, text)));
  node.value = value;
}

/** A select of [value, text] pairs; the first is chosen. */
export function select(options, on = {}) {
  const node = element('select', { on });
  fillSelect(node, options, options[0][0]);
  return node;
}

/** A table; rows are arrays of texts or nodes. On narrow screens each row becomes a block of named lines. */
export function table(caption, headings, rows) {
  return element(
    'div',
    { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          headings.map((text) => element('th', { scope: 'col' }, text)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((cells) =>
          element(
            'tr',
            {},
            cells.map((cell, index) => element('td', { 'data-label': headings[index] }, cell)),
          ),
        ),
      ),
    ),
  );
}

const beijing = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** An instant as Beijing time in words; what cannot be read stays as it is. */
export function timeWords(text) {
  // A day alone is a day in Beijing already.
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  const time = Date.parse(text);
  return Number.isNaN(time) ? String(text) : beijing.format(time);
}

/** The day after a `YYYY-MM-DD` day. */
export function dayAfter(day) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
