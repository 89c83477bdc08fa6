import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { jsonText } from './textSchema.js';

const schema = jsonText(z.unknown(), '{}');

test.each(['{"a":["\\u0000"]}', '{"\\u0000":1}', '["\\ud800"]', '{"a":{"b\\udc00":[]}}'])(
  '%s holds what the database cannot keep',
  (text) => {
    expect(schema.safeParse(text).error?.issues[0]?.message).toContain('无法保存的字符');
  },
);

test.each(['{"a":["😀"]}', '{"__proto__":1}', `${'['.repeat(5_000)}${']'.repeat(5_000)}`])(
  '%s passes',
  (text) => {
    expect(schema.safeParse(text).success).toBe(true);
  },
);
