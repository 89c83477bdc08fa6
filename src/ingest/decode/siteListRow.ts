import type { SiteKind } from '../../domain/site.js';
import type { CsvRecord } from './csvRecords.js';
import type { OpenBatch } from './decodedBatch.js';
import { maxNameLength } from './headerCell.js';
import { columnOf, type LayoutPlan } from './layoutPlan.js';
import type { ListRole } from './listSynonyms.js';
import { isMissingMark, readNumberCell } from './numberCell.js';
import { rejectCell, type Fault } from './rejectCell.js';

const kindWords: readonly (readonly [SiteKind, readonly string[]])[] = [
  ['air-station', ['空气站', '环境空气', '空气', '空气自动站', '环境空气自动站', '大气', '大气站', '空气质量监测站', '环境空气质量监测站', '国控站', '区控站']],
  ['river-section', ['河流断面', '河流', '断面', '地表水', '地表水断面', '水质断面', '河流水质断面', '排水沟', '入黄排水沟', '河流型']],
  ['lake-section', ['湖库断面', '湖泊断面', '湖库', '湖泊', '水库', '湖', '水库断面', '湖库型']],
  ['drinking-water-surface', ['地表水饮用水源', '地表水水源地', '地表饮用水水源地', '地表水型水源地', '饮用水源地表水', '水源地地表水', '地表水型']],
  ['drinking-water-lake', ['湖库饮用水源', '湖库水源地', '湖库饮用水水源地', '湖库型水源地', '湖库型饮用水水源地', '水库水源地', '水库型水源地', '饮用水源湖库', '水源地湖库']],
  ['drinking-water-ground', ['地下水饮用水源', '地下水水源地', '地下饮用水水源地', '地下水型水源地', '饮用水源地下水', '水源地地下水', '地下水型']],
  ['township', ['乡镇', '乡', '镇', '街道']],
  ['county', ['县', '全县', '县区']],
  ['other', ['其他', '其它']],
]; // prettier-ignore
const kindByWord = new Map<string, SiteKind>(
  kindWords.flatMap(([kind, words]) => [kind, ...words].map((word) => [word, kind] as const)),
);
const allowedKinds = kindWords.map(([, [word]]) => word).join('、');
const codePattern = /^[\p{L}\p{N}][\p{L}\p{N}._/-]{0,63}$/u;
const degrees = { longitude: 180, latitude: 90 } as const;

/** Reads lists of sites. Codes and names that come twice are faults; nothing is compared with what is registered. */
export class SiteListRowReader {
  private readonly lineOf = new Map<string, number>();

  constructor(private readonly plan: LayoutPlan) {}

  /** Adds the site to the batch, or all its faults. */
  read(record: CsvRecord, batch: OpenBatch): void {
    const { cells, line } = record;
    const before = batch.rejected.length;
    const textOf = (role: ListRole): string => {
      const text = (cells[columnOf(this.plan, role)?.position ?? -1] ?? '').normalize('NFKC').trim();
      return isMissingMark(text) ? '' : text;
    };
    const reject = (role: ListRole, fault: Fault): void => {
      const column = columnOf(this.plan, role);
      batch.rejected.push(rejectCell(line, column?.header ?? '', cells[column?.position ?? -1] ?? '', fault));
    };
    const [code, name, kindText] = [textOf('code'), textOf('name'), textOf('kind')];
    const kind = findKind(kindText);
    if (code !== '' && !codePattern.test(code)) reject('code', { code: 'site-code-unreadable' });
    if (name === '') reject('name', { code: 'site-missing' });
    else if (name.length > maxNameLength)
      reject('name', { code: 'cell-too-long', params: { limit: maxNameLength } });
    if (kind === undefined) reject('kind', { code: 'site-kind-unknown', params: { allowed: allowedKinds } });
    for (const [role, text] of [
      ['code', code],
      ['name', name],
    ] as const) {
      const otherLine = this.firstLine(role, text, line);
      if (otherLine !== line) reject(role, { code: 'site-listed-twice', params: { otherLine } });
    }
    const aliases = splitAliases(textOf('aliases')).filter((alias) => alias !== name);
    const [longitude, latitude] = (['longitude', 'latitude'] as const).map((role) => {
      const value = readDegrees(textOf(role), degrees[role]);
      if (typeof value === 'object' && value !== null) reject(role, value);
      return typeof value === 'number' ? value : null;
    }) as [number | null, number | null];
    if (batch.rejected.length > before || kind === undefined) return;
    const waterBody = textOf('water-body');
    batch.sites.push({
      line,
      code: code === '' ? null : code,
      name,
      kind,
      waterBody: waterBody === '' ? null : waterBody,
      aliases,
      longitude,
      latitude,
    });
  }

  private firstLine(role: string, text: string, line: number): number {
    if (text === '') return line;
    const key = `${role} ${text.toLowerCase()}`;
    const first = this.lineOf.get(key);
    if (first === undefined && this.lineOf.size < 100_000) this.lineOf.set(key, line);
    return first ?? line;
  }
}

function findKind(text: string): SiteKind | undefined {
  const folded = text.toLowerCase().replace(/[\s()（）]/g, '');
  return kindByWord.get(folded) ?? kindByWord.get(folded.replace(/(?:监测)?(?:站点|点位|点|站)$/, ''));
}

function splitAliases(text: string): string[] {
  return [...new Set(text.split(/[、;；,，|\n]+/).map((alias) => alias.trim()).filter((alias) => alias !== ''))]; // prettier-ignore
}

function readDegrees(text: string, limit: number): number | null | Fault {
  if (text === '') return null;
  const cell = readNumberCell(text.replace(/°$/, ''), '');
  if (cell.kind !== 'value') return { code: 'number-unreadable' };
  const value = Number(cell.decimal.toString());
  const fault: Fault = { code: 'value-impossible', params: { min: -limit, max: limit, unit: '°' } };
  return Math.abs(value) > limit ? fault : value;
}
