import type { DataSourceRef } from '@grafana/schema';

/** The data source that provisioning makes: the uid is fixed there and here. */
export const dataSource: DataSourceRef = { type: 'grafana-postgresql-datasource', uid: 'cei-pg' };

/** Folder of the boards. */
export const folder = { uid: 'cei', title: '生态环境指标' } as const;

/** One query as Grafana stores it. */
export interface SqlTarget extends Record<string, unknown> {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly format: 'table' | 'time_series';
  readonly rawQuery: true;
  readonly editorMode: 'code';
  readonly rawSql: string;
}

/** A query of a panel; `time_series` needs a column `time`, ascending. */
export function sqlTarget(format: SqlTarget['format'], rawSql: string, refId = 'A'): SqlTarget {
  return {
    refId,
    datasource: dataSource,
    format,
    rawQuery: true,
    editorMode: 'code',
    rawSql: oneLine(rawSql),
  };
}

/** SQL on one line: boards are compared as files. None of it holds a comment or a literal with a line break. */
export function oneLine(sql: string): string {
  return sql.trim().replace(/\s+/g, ' ');
}
