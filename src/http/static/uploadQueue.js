import { button, element, field } from './dom.js';

const stateWords = {
  waiting: '待试读',
  running: '正在读取……',
  tried: '试读完成，待提交',
  faulty: '有问题，没有写入',
  stored: '✓ 已写入',
  failed: '没有成功，可再试',
};

function sizeWords(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

/** A place to choose files or drop them on; `onChoose` gets them all. */
export function fileChooser(onChoose) {
  const input = element('input', {
    type: 'file',
    multiple: true,
    accept: '.csv,.txt,.tsv,.xlsx,.xlsm,text/csv,text/plain',
  });
  const box = element(
    'div',
    { class: 'drop' },
    field('数据文件', input, '点击选择，或把文件拖到这里；可以一次选几个，逐个处理'),
  );
  input.addEventListener('change', () => input.files.length > 0 && onChoose([...input.files]));
  box.addEventListener('dragover', (event) => {
    event.preventDefault();
    box.classList.add('over');
  });
  box.addEventListener('dragleave', () => box.classList.remove('over'));
  box.addEventListener('drop', (event) => {
    event.preventDefault();
    box.classList.remove('over');
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    input.value = '';
    onChoose(files);
  });
  return box;
}

/** The files that were chosen, each with how far it is; `onOpen` is told which one to look at. */
export function queueList(onOpen) {
  const node = element('ol', { class: 'queue', 'aria-label': '已选的文件' });
  function show(entries, current) {
    node.hidden = entries.length === 0;
    node.replaceChildren(
      ...entries.map((entry) =>
        element(
          'li',
          { class: `q-${entry.state}` },
          entries.length === 1
            ? element('span', { class: 'chosen' }, entry.file.name)
            : button(entry.file.name, () => onOpen(entry), {
                class: 'quiet',
                'aria-current': entry === current ? 'true' : null,
              }),
          ` ${sizeWords(entry.file.size)} · `,
          element('span', { class: 'state' }, stateWords[entry.state]),
        ),
      ),
    );
  }
  show([], null);
  return { node, show };
}
