import { runInThisContext } from 'node:vm';
import type * as GrafanaData from '@grafana/data';

/**
 * Grafana's own code for values, texts and colours, loaded outside of the test's sandbox: some of its modules are ES
 * modules behind `require`, which only Node itself loads. It wants a `navigator`, which Node has from 21 on.
 */
export const grafanaData = (
  runInThisContext(`
    globalThis.navigator ??= { userAgent: 'node', language: 'zh-Hans', languages: ['zh-Hans'] };
    process.getBuiltinModule('node:module').createRequire
  `) as (path: string) => (name: string) => typeof GrafanaData
)(import.meta.url)('@grafana/data');
