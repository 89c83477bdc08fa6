import { expect, test } from '@jest/globals';
import { Progress } from './progress.js';

function outOf(isTTY: boolean): { out: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const out = { isTTY, columns: 60, write: (text: string) => written.push(text) > 0 };
  return { out: out as unknown as NodeJS.WriteStream, written };
}

test('elsewhere than on a terminal each file is one plain line', () => {
  const { out, written } = outOf(false);
  const progress = new Progress(2, 200, out);
  progress.begin('a.csv');
  progress.advance(100);
  progress.clear();
  progress.begin('\u001b[2Jb\u202e.csv');
  expect(written).toEqual(['[1/2] a.csv\n', '[2/2] �[2Jb�.csv\n']);
});

test('on a terminal a bar fills up in one line and is taken off', () => {
  const { out, written } = outOf(true);
  const progress = new Progress(2, 200, out);
  progress.begin('一月.csv');
  progress.advance(100);
  progress.begin(`${'很长的名字'.repeat(20)}.csv`);
  progress.clear();
  progress.clear();
  expect(written[0]).toBe(`\r[${'·'.repeat(24)}]   0% 1/2 一月.csv\u001b[K`);
  expect(written[1]).toMatch(/^\r\[█{12}·{12}\] {2}50% 2\/2 很长的名字.*…/);
  expect(written[1]!.endsWith('\u001b[K')).toBe(true);
  expect(written.slice(2)).toEqual(['\r\u001b[K']);
  expect(written.join('')).not.toContain('\n');
});
