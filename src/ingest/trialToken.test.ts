import { expect, test } from '@jest/globals';
import type { ImportOptions } from './importOptions.js';
import { checkTrialToken, formatTrialToken, trialTokenPattern } from './trialToken.js';

const options: ImportOptions = { dryRun: true, overwrite: false, onError: 'reject-file' };
const digest = { staged: 'a', stored: 'b' };
const token = formatTrialToken('00ff', options, digest);

const stale = (sha256: string, given: ImportOptions, now: typeof digest | undefined) => {
  try {
    checkTrialToken(token, sha256, given, now);
    return undefined;
  } catch (error) {
    return (error as { params: Record<string, string> }).params['part'];
  }
};

test('a token says which of its parts has changed', () => {
  expect(token).toMatch(trialTokenPattern);
  expect(stale('00ff', options, digest)).toBeUndefined();
  expect(stale('00fe', options, digest)).toBe('file');
  expect(stale('00ff', { ...options, site: 'x' }, digest)).toBe('options');
  expect(stale('00ff', options, { ...digest, staged: 'c' })).toBe('reading');
  expect(stale('00ff', options, { ...digest, stored: 'c' })).toBe('stored');
  // Before the file is read, only the first two can be told.
  expect(stale('00ff', options, undefined)).toBeUndefined();
});

test('what does not decide what is stored is not bound; the order of members is no difference', () => {
  const commit = { ...options, dryRun: false, overwrite: true, reason: '复核', token };
  expect(stale('00ff', commit, digest)).toBeUndefined();
  const units = formatTrialToken('00ff', { ...options, units: { a: '1', b: '2' } }, digest);
  expect(formatTrialToken('00ff', { ...options, units: { b: '2', a: '1' } }, digest)).toBe(units);
});
