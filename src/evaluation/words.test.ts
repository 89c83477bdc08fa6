import { expect, test } from '@jest/globals';
import { localise } from './words.js';

test('every sentence, however deep, in one language; everything else as it was', () => {
  const value = {
    words: { zh: '余下', en: 'left' },
    nothing: null,
    nameZh: '氨氮',
    list: [{ reason: { zh: '无', en: 'none' }, count: 2 }, 'text', true],
  };
  expect(localise(value, 'zh')).toEqual({
    words: '余下',
    nothing: null,
    nameZh: '氨氮',
    list: [{ reason: '无', count: 2 }, 'text', true],
  });
  expect(localise(value, 'en').words).toBe('left');
  expect(localise(null, 'zh')).toBeNull();
});
