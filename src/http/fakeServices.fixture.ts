import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { DomainError } from '../domain/domainError.js';
import { roles, type Actor } from '../domain/role.js';
import { verdictZh, verdicts } from '../domain/verdict.js';
import { createApp, type AppOptions } from './app.js';
import { fakeOthers } from './fakeOthers.fixture.js';
import { fakeProofs } from './fakeProofs.fixture.js';
import { fakeQuality } from './fakeQuality.fixture.js';
import { fakeDustPeriods, fakeSiteHistory } from './fakeSites.fixture.js';
import { fakeSources } from './fakeSources.fixture.js';
import { fakeVerdictHistory } from './fakeVerdictHistory.fixture.js';
import { createHttpServer } from './server.js';
import type { QualityService, SuspectRow } from './services/quality.js';
import type { UndoAnswer } from './services/undo.js';
import type { ReadingRow, Services, SiteInfo, TargetView, UploadOptions, UploadReport } from './services.js';

/** What the fake services remember, and what a test may put into them. */
export interface FakeState {
  demo: boolean;
  targets: TargetView[];
  readings: ReadingRow[][];
  uploads: UploadReport[];
  suspects: SuspectRow[];
  /** Flags that were asked for, trials too. */
  flagged: Parameters<QualityService['setFlags']>[1][];
  /** Changes the answer of the next undo. */
  undoAnswer: Partial<UndoAnswer>;
  undone: { id: string; reason: string; dryRun: boolean; confirm: boolean }[];
  /** Makes the report of the next uploads. */
  judge: (text: string, options: UploadOptions) => Partial<UploadReport>;
  received: { name: string; bytes: number; options: UploadOptions; language: string; actor: Actor }[];
  /** Bytes of the latest upload that have reached the service so far. */
  bytesSeen: number;
  /** Errors that broke the stream of an upload. */
  broken: unknown[];
  streamClosed: boolean;
  batchesTaken: number;
  /** Thrown instead of an answer. */
  failWith: Error | undefined;
  /** Thrown after the last batch of readings. */
  streamFails: Error | undefined;
}

/** Tokens of the fake: `cei_<role>`. */
export function tokenOf(role: string): string {
  return `cei_${role}`;
}

/** A report with nothing in it, changed as asked. */
export function reportOf(change: Partial<UploadReport> = {}): UploadReport {
  return {
    id: '12',
    status: 'committed',
    fileName: '数据.csv',
    sha256: 'ab'.repeat(32),
    bytes: 10,
    encoding: 'gb18030',
    sheet: null,
    headerLine: 1,
    layout: 'wide',
    interval: 'hour',
    confidence: 1,
    understanding: null,
    source: null,
    columns: [
      { position: 1, header: '时间', role: 'time' },
      { position: 2, header: 'PM2.5', role: 'value', indicator: 'pm25', unit: 'µg/m³' },
      { position: 3, header: '备注', role: 'ignored' },
    ],
    rows: { read: 24, new: 20, unchanged: 4, changed: 0, rejected: 0, duplicate: 0 },
    values: { new: 120, unchanged: 24, changed: 0 },
    firstTime: '2025-09-29T16:00:00.000Z',
    lastTime: '2025-09-30T15:00:00.000Z',
    faults: [],
    faultCount: 0,
    changes: [],
    suspectCount: 0,
    notices: [],
    impact: null,
    createdSites: [],
    token: null,
    undone: null,
    recomputed: true,
    uploadedAt: '2025-10-01T01:00:00.000Z',
    uploadedBy: '王文员',
    ...change,
  };
}

/** A target view, changed as asked. */
export function targetOf(change: Partial<TargetView> = {}): TargetView {
  const verdict = change.verdict ?? 'on-track';
  return {
    id: 19,
    planId: 'b',
    planDocument: '同党发〔2023〕32 号',
    clause: '(一)',
    name: 'PM2.5 年均浓度',
    nameEn: 'PM2.5 annual mean',
    kind: 'annual-mean',
    indicator: 'pm25',
    comparison: '<=',
    limit: '33',
    unit: 'µg/m³',
    quote: '全县细颗粒物（PM2.5）年均浓度控制在 33 微克/立方米以下',
    scope: '全县',
    offices: ['生态环境分局'],
    due: '2025-12-31',
    asOf: '2025-09-30',
    knownAt: null,
    verdict,
    verdictZh: verdictZh[verdict],
    turnedOn: '2025-03-01',
    value: '31',
    valueUnrounded: '30.6437',
    distance: '2',
    used: 268,
    missing: 5,
    unitOfCount: 'day',
    inputs: ['hourly'],
    ledger: 'with-dust',
    otherLedgerValue: '29',
    yearOnYear: null,
    certainSince: null,
    allowed: null,
    projection: null,
    reason: '年内已有 268 个有效日，均值低于限值',
    notes: [],
    assumptions: ['以建成区站点代表全县'],
    standards: ['GB 3095—2012', 'HJ 663—2013'],
    demo: true,
    ...change,
  };
}

const site: SiteInfo = {
  code: 'air-1',
  name: '城市建成区',
  kind: 'air-station',
  waterBody: null,
  aliases: [],
  placeholder: false,
  groups: [],
  latest: {},
};

/** Services in memory; unknown tokens are nobody, `cei_<role>` is somebody with that role. */
export function createFakes(): { services: Services; state: FakeState } {
  const state: FakeState = {
    demo: true,
    targets: verdicts.map((verdict, index) => targetOf({ id: index + 1, verdict })),
    readings: [],
    uploads: [reportOf()],
    suspects: [],
    flagged: [],
    undoAnswer: {},
    undone: [],
    judge: () => ({}),
    received: [],
    bytesSeen: 0,
    broken: [],
    streamClosed: false,
    batchesTaken: 0,
    failWith: undefined,
    streamFails: undefined,
  };
  const services: Services = {
    version: '0.1.0-test',
    judgeDate: () => '2025-09-30',
    demoData: () => state.demo,
    checkReady: async () => {
      await failIfAsked(state);
      return { database: 'PostgreSQL 18', pendingDays: 0 };
    },
    tokens: fakeTokens(state),
    audit: {
      list: ({ limit, before }) => {
        const from = before === undefined ? 9 : Number(before) - 1;
        const ids = Array.from({ length: from }, (_, i) => String(from - i)).slice(0, limit);
        return Promise.resolve(
          ids.map((id) => ({
            id,
            at: now,
            actorName: 'a',
            actorOffice: 'b',
            action: 'c',
            subject: 'd',
            details: {},
          })),
        );
      },
    },
    siteHistory: fakeSiteHistory(site),
    dustPeriods: fakeDustPeriods(),
    ...fakeVerdictHistory(),
    catalogue: {
      listIndicators: () => Promise.resolve([{ code: 'pm25', nameZh: '细颗粒物' }]),
      createIndicator: (_actor, input) => Promise.resolve({ ...input }),
      listSiteGroups: () => Promise.resolve([{ code: 'g', nameZh: '分组', members: [site.code] }]),
      putSiteGroup: (_actor, code, input) => Promise.resolve({ code, ...input }),
      listSites: () => Promise.resolve([site]),
      createSite: (_actor, input) =>
        input.code === site.code
          ? Promise.reject(new DomainError('conflict', { detail: `site ${input.code}` }))
          : Promise.resolve({ ...site, code: input.code, name: input.name, kind: input.kind }),
      updateSite: (_actor, code, input) =>
        code === site.code
          ? Promise.resolve({ ...site, name: input.name ?? site.name })
          : Promise.reject(new DomainError('not-found', { what: `site ${code}` })),
      listPlans: () => Promise.resolve([{ id: 'a', titleZh: '百日攻坚' }]),
      createPlan: (_actor, input) => Promise.resolve({ ...input }),
      putTarget: (_actor, input) => Promise.resolve({ ...input, id: input.id ?? 1001 }),
    },
    uploads: fakeUploads(state),
    ...fakeSources(),
    undo: {
      undo: (actor, uploadId, { reason, dryRun, confirm }) => {
        state.undone.push({ id: uploadId, reason, dryRun, confirm });
        return Promise.resolve({
          uploadId,
          status: dryRun ? 'dry-run' : confirm ? 'undone' : 'changed-later',
          reason,
          undoneAt: null,
          undoneBy: actor.name,
          values: { removed: 1, restored: 0, kept: 1 },
          reports: { removed: 0, restored: 0, kept: 0 },
          rowsRemoved: 0,
          flags: { set: 0, cleared: 0 },
          others: {},
          changedLater: { total: 1, items: [] },
          notices: [],
          impact: null,
          recomputed: true,
          ...state.undoAnswer,
        });
      },
    },
    history: {
      find: ({ site: code, time, indicator }) =>
        Promise.resolve({ site: code, siteName: '', time, indicator, current: [], items: [] }),
    },
    readings: {
      page: ({ limit }) => Promise.resolve({ items: state.readings.flat().slice(0, limit), next: null }),
      stream: async function* () {
        try {
          for (const batch of state.readings) {
            state.batchesTaken++;
            yield batch;
          }
          if (state.streamFails) await Promise.reject(state.streamFails);
        } finally {
          state.streamClosed = true;
        }
      },
    },
    quality: fakeQuality(state),
    ...fakeOthers,
    reports: { page: () => Promise.resolve({ items: [], next: null }) },
    ...fakeProofs(),
    targets: {
      list: (asOf, _language, { verdict, knownAt = null }) =>
        Promise.resolve(
          state.targets
            .filter((target) => !verdict || target.verdict === verdict)
            .map((target) => ({ ...target, asOf, knownAt })),
        ),
      find: (id, asOf, _language, knownAt) => {
        const found = state.targets.find((target) => target.id === id);
        return Promise.resolve(found && { ...found, asOf, knownAt: knownAt ?? null });
      },
    },
  };
  return { services, state };
}

const now = '2025-10-01T00:00:00.000Z';

function failIfAsked(state: FakeState): Promise<void> {
  return state.failWith ? Promise.reject(state.failWith) : Promise.resolve();
}

function fakeTokens(state: FakeState): Services['tokens'] {
  const record = {
    id: 1,
    name: '王文员',
    office: '农业农村局',
    role: 'viewer' as const,
    createSites: false,
    createdAt: now,
    createdBy: 'x',
    expiresAt: now,
    revokedAt: null,
  };
  return {
    authenticate: async (text) => {
      await failIfAsked(state);
      const role = roles.find((name) => tokenOf(name) === text);
      return role && { tokenId: roles.indexOf(role) + 1, name: `${role}-name`, office: 'o', role };
    },
    list: () => Promise.resolve([record]),
    create: (actor, input) =>
      Promise.resolve({
        ...record,
        ...input,
        createSites: input.createSites ?? false,
        createdBy: actor.name,
        token: 'cei_new',
      }),
    revoke: (_actor, id) =>
      id === 1
        ? Promise.resolve({ ...record, revokedAt: now })
        : Promise.reject(new DomainError('not-found', { what: `token ${id}` })),
  };
}

function fakeUploads(state: FakeState): Services['uploads'] {
  return {
    upload: async (actor, file, options, language) => {
      let bytes = 0;
      let text = '';
      try {
        for await (const chunk of file.content as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          state.bytesSeen = bytes;
          if (bytes < 100_000) text += chunk.toString();
        }
      } catch (error) {
        state.broken.push(error);
        throw error;
      }
      state.received.push({ name: file.name, bytes, options, language, actor });
      const report = reportOf({ fileName: file.name, bytes, ...state.judge(text, options) });
      if (options.dryRun && report.status === 'committed') return { ...report, id: null, status: 'dry-run' };
      return report;
    },
    list: ({ limit }) =>
      Promise.resolve(
        state.uploads.slice(0, limit).map(({ faults, changes, understanding, ...summary }) => {
          void [faults, changes, understanding];
          return summary;
        }),
      ),
    find: (id) => Promise.resolve(state.uploads.find((report) => report.id === id)),
    annotate: (id) => {
      const found = state.uploads.find((report) => report.id === id);
      return Promise.resolve(found && { fileName: found.fileName, content: Buffer.from('a,错误原因\n') });
    },
  };
}

/** A listening app over fakes; answers that differ from their schema are errors. */
export interface TestServer {
  readonly url: string;
  readonly state: FakeState;
  readonly logLines: Record<string, unknown>[];
  request(path: string, init?: RequestInit & { role?: string; duplex?: 'half' }): Promise<Response>;
  close(): Promise<void>;
}

/** Listens on a free loopback port. */
export async function startTestServer(options: Partial<AppOptions> = {}): Promise<TestServer> {
  const { services, state } = createFakes();
  const logLines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logLines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger = pino({ level: 'debug' }, sink);
  const app = createApp(services, { logger, maxUploadBytes: 1024 * 1024, strictResponses: true, ...options });
  const server = createHttpServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    state,
    logLines,
    request: (path, { role, headers, ...init } = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: {
          ...(role === undefined ? {} : { authorization: `Bearer ${tokenOf(role)}` }),
          ...(headers as Record<string, string> | undefined),
        },
      }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
