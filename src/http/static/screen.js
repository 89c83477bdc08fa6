import { element, failure } from './dom.js';

/**
 * Runs something that calls the service: a refused token ends the session, any other failure is shown in `box`.
 * Returns what `work` gives, `undefined` when it failed.
 */
export async function attempt({ onRefused }, box, work) {
  try {
    return await work();
  } catch (error) {
    if (error.status === 401) onRefused(error.message);
    else if (error.name === 'CallError') box.replaceChildren(failure(error));
    else {
      box.replaceChildren(failure({ message: '页面出错，请刷新后再试。' }));
      throw error;
    }
    return undefined;
  }
}

/** A form whose `onSubmit` runs once at a time: its buttons rest until that is done. */
export function asyncForm(attributes, onSubmit, ...children) {
  const form = element(
    'form',
    {
      ...attributes,
      on: {
        submit: async (event) => {
          event.preventDefault();
          const buttons = [...form.querySelectorAll('button')].filter((each) => !each.disabled);
          for (const each of buttons) each.disabled = true;
          try {
            await onSubmit(event.submitter);
          } finally {
            for (const each of buttons) each.disabled = false;
          }
        },
      },
    },
    children,
  );
  return form;
}

/** A list that comes in pages: rows are added below as the reader asks for more. */
export function pagedList({ context, load, render, empty }) {
  const box = element('div', {});
  const rest = element('div', { class: 'buttons' });
  const fault = element('div', {});
  const node = element('div', {}, box, fault, rest);
  let items = [];
  let turn = 0;

  async function more(from) {
    const mine = ++turn;
    node.setAttribute('aria-busy', 'true');
    fault.replaceChildren();
    const answer = await attempt(context, fault, () => load(from));
    // A slower answer to an earlier question must not replace a later one.
    if (mine !== turn) return;
    node.removeAttribute('aria-busy');
    if (answer === undefined) {
      if (from === null) box.replaceChildren();
      rest.replaceChildren();
      return;
    }
    items = from === null ? answer.items : [...items, ...answer.items];
    box.replaceChildren(
      items.length === 0 ? element('p', { class: 'notice' }, empty) : render(items, answer.next !== null),
    );
    rest.replaceChildren();
    if (answer.next !== null) {
      const next = element('button', { type: 'button' }, '显示更多');
      next.addEventListener('click', () => {
        next.disabled = true;
        void more(answer.next);
      });
      rest.append(next);
    }
  }
  return { node, reload: () => more(null) };
}
