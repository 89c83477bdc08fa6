import { Readable } from 'node:stream';
import type { Services } from './services.js';

/** One office's template. */
export const fakeTemplates: Services['templates'] = {
  list: (year = 2025) =>
    Promise.resolve({ year, items: [{ office: 'agriculture', nameZh: '农业农村局', figures: 12 }] }),
  write: (office) =>
    Promise.resolve(
      office === 'agriculture'
        ? { fileName: '报送表_农业农村局.xlsx', content: Readable.from([Buffer.from('PK')]) }
        : undefined,
    ),
};
