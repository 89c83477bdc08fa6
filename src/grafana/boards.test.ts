import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { boardUids } from './boards/common.js';
import { allBoards, printBoard, provisioned } from './boards.js';
import { dataSource, folder, type SqlTarget } from './dataSource.js';
import { healthRules } from './healthRules.js';
import { playlist } from './playlist.js';

const boards = Object.entries(allBoards());
const directory = new URL('../../dashboards/', import.meta.url);
const fileOf = (name: string) => readFileSync(new URL(name, directory), 'utf8');

describe('files', () => {
  test('are what `npm run dashboards` writes, and there are no others', () => {
    expect(
      readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .sort(),
    ).toEqual(boards.map(([name]) => name));
    for (const [name, board] of boards) expect(fileOf(name)).toBe(printBoard(board));
    for (const [name, text] of Object.entries(provisioned())) expect(fileOf(name)).toBe(text);
  });

  test('uids and titles of boards are unique and short, and every link between boards leads to one', () => {
    const uids = boards.map(([, { uid }]) => uid!);
    expect(new Set(uids).size).toBe(boards.length);
    expect(new Set(boards.map(([, { title }]) => title)).size).toBe(boards.length);
    for (const uid of uids) expect(uid.length).toBeLessThanOrEqual(40);
    expect([...uids].sort()).toEqual(Object.values(boardUids).sort());
    for (const [name] of boards)
      for (const [, uid] of fileOf(name).matchAll(/"url": "\/d\/([^"]+)"/g)) expect(uids).toContain(uid);
  });

  test('the provisioned data source and folder are those of the boards', () => {
    expect(fileOf('provisioning/datasources/cei.yaml')).toContain(`uid: ${dataSource.uid}\n`);
    expect(fileOf('provisioning/datasources/cei.yaml')).toContain(`type: ${dataSource.type}\n`);
    const provider = fileOf('provisioning/dashboards/cei.yaml');
    expect(provider).toContain(`folderUid: ${folder.uid}\n`);
    expect(provider).toContain(`folder: ${folder.title}\n`);
    expect(provider).toContain(boards[0]![0]);
  });
});

test('alerts of Grafana are about the service alone, and lead to the panel that shows them', () => {
  const text = provisioned()['provisioning/alerting/cei.yaml']!;
  const quality = boards.find(([, { uid }]) => uid === boardUids.quality)![1];
  const [panelId] = new Set([...text.matchAll(/panelId: (\d+)/g)].map(([, id]) => Number(id)));
  expect(quality.panels!.find(({ id }) => id === panelId)!.title).toBe('服务健康');
  expect(text.match(/ from board\.\w+/g)).toEqual(healthRules.map(() => ' from board.health'));
  expect(text).not.toContain('$');
  expect(text.match(/uid: cei-[\w-]+$/gm)).toHaveLength(healthRules.length);
});

test('the playlist shows boards that there are', () => {
  const uids = boards.map(([, { uid }]) => uid);
  for (const { value } of playlist.spec.items) expect(uids).toContain(value);
});

describe.each(boards)('%s', (_, board) => {
  const panels = board.panels!;

  test('has the fixed zone and no id, and cannot be edited', () => {
    expect(board).toMatchObject({
      schemaVersion: 42,
      timezone: 'Asia/Shanghai',
      weekStart: 'monday',
      editable: false,
    });
    expect(board).not.toHaveProperty('id');
  });

  test('panels have ids of their own, a title and a description, and lie beside each other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, number>();
    for (const panel of panels) {
      expect(panel.title).toMatch(/\S/);
      expect((panel as { description?: string }).description).toMatch(/.{10}/);
      const { x, y, w, h } = panel.gridPos!;
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column += 1)
        for (let row = y; row < y + h; row += 1) {
          expect(taken.get(`${column} ${row}`)).toBeUndefined();
          taken.set(`${column} ${row}`, panel.id!);
        }
    }
  });

  test('says whether the data are demonstration data', () => {
    expect(panels.some((panel) => JSON.stringify(panel).includes('board.service'))).toBe(true);
  });

  test.each(panels.map((panel) => [panel.title, panel] as const))('panel %s', (__, panel) => {
    if (!('targets' in panel)) throw new Error('a panel without a query');
    expect(panel.datasource).toEqual(dataSource);
    const targets = panel.targets as unknown as SqlTarget[];
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) {
      expect(target.datasource).toEqual(dataSource);
      expect(target.rawQuery).toBe(true);
      // Only views of schema board are read, and every list is bounded.
      const sources = [...target.rawSql.matchAll(/\b(?<!distinct )(?:from|join)\s+([a-z_.]+)/gi)].map(
        ([, name]) => name!,
      );
      expect(
        sources.filter((name) => name !== 'unnest' && name !== 'lateral' && !name.startsWith('board.')),
      ).toEqual([]);
      if (panel.type !== 'stat') expect(target.rawSql).toMatch(/ limit \d+$/);
      if (target.format === 'time_series') {
        expect(target.rawSql).toMatch(/\btime\b/);
        expect(target.rawSql).toContain('$__timeFilter(time)');
      }
    }
    const { defaults } = panel.fieldConfig!;
    expect(defaults.unit).toBeTruthy();
    expect(defaults.noValue).toBeTruthy();
    if (defaults.unit !== 'string') expect(typeof defaults.decimals).toBe('number');
    expect(defaults.thresholds!.steps[0]!.value).toBeNull();
    // What is missing is grey and says so, never the first colour of the thresholds.
    expect(defaults.mappings).toContainEqual(
      expect.objectContaining({
        type: 'special',
        options: { match: 'null+nan', result: expect.objectContaining({ color: 'gray', text: '无数据' }) },
      }),
    );
    // The keyboard's µ (U+00B5) in a unit id is printed as it stands; Grafana's has the Greek letter.
    expect(JSON.stringify(panel.fieldConfig)).not.toMatch(/con\u00b5g/);
    if (panel.type === 'stat')
      expect(panel.options).toMatchObject({ reduceOptions: { calcs: ['lastNotNull'] } });
  });

  test('variables and marks name the data source; several values have a query that stands for all', () => {
    for (const variable of board.templating!.list!) {
      expect(variable.datasource).toEqual(dataSource);
      expect(variable.query).toMatch(/__text.*__value/);
      if (variable.multi === true) expect(variable.allValue).toMatch(/^variadic array\(select /);
    }
    for (const mark of board.annotations!.list!)
      if (mark.builtIn !== 1) expect(mark.datasource).toEqual(dataSource);
  });
});
