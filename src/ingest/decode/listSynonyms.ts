/** What a column of a list (of sites, of dust periods) is for. Measured tables do not know these roles. */
export const listRoles = [
  'start',
  'end',
  'document',
  'note',
  'code',
  'name',
  'kind',
  'water-body',
  'aliases',
  'longitude',
  'latitude',
] as const;
export type ListRole = (typeof listRoles)[number];

// Names are as `normaliseName` leaves them.
const listRows: readonly (readonly [ListRole, readonly string[]])[] = [
  ['start', ['开始时间', '起始时间', '开始日期', '起始日期', '起', '起始', '开始', '起时间', '影响开始时间', '沙尘开始时间', '沙尘起始时间', '过程开始时间', 'start', 'begin', 'from', 'starttime', 'startdate', 'begintime']],
  ['end', ['结束时间', '终止时间', '截止时间', '结束日期', '终止日期', '止', '终止', '结束', '止时间', '影响结束时间', '沙尘结束时间', '沙尘终止时间', '过程结束时间', 'end', 'to', 'until', 'endtime', 'enddate']],
  ['document', ['文号', '依据', '依据文号', '认定文号', '文件号', '文件', '文件名称', '认定依据', '依据文件', '发文字号', '佐证', '佐证材料', 'document', 'evidence']],
  ['note', ['说明', '备注', '描述', '情况说明', 'note', 'notes', 'remark', 'remarks', 'description']],
  ['code', ['代码', '编码', '编号', '站点代码', '站点编码', '站点编号', '点位编码', '点位编号', '点位代码', '断面编码', '断面代码', '监测点编码', '水源地编码', 'code', 'sitecode', 'stationcode', 'siteid', 'stationid']],
  ['name', ['名称', '站点名称', '站点', '站名', '点位名称', '点位', '断面名称', '断面', '监测点名称', '监测点', '监测点位名称', '监测点位', '监测站名称', '监测断面', '监测站', '测点名称', '水源地名称', '水源名称', '乡镇名称', 'name', 'sitename', 'stationname', 'station', 'site']],
  ['kind', ['类型', '站点类型', '点位类型', '断面类型', '站点类别', '点位类别', '类别', '监测类型', 'kind', 'type', 'sitetype', 'sitekind']],
  ['water-body', ['所在河流', '河流', '河流名称', '所在水体', '水体', '水体名称', '湖库', '所属水体', '所在河湖', '所属河流', 'river', 'waterbody']],
  ['aliases', ['别名', '曾用名', '别称', '其他名称', '又名', 'alias', 'aliases', 'othernames']],
  ['longitude', ['经度', '东经', 'longitude', 'lon', 'lng']],
  ['latitude', ['纬度', '北纬', 'latitude', 'lat']],
]; // prettier-ignore

const byName = new Map<string, ListRole>(
  listRows.flatMap(([role, names]) => names.map((name) => [name, role] as const)),
);

/** The built-in names of the columns of lists, a line per role. */
export const listSynonyms: readonly { readonly role: ListRole; readonly names: readonly string[] }[] =
  listRows.map(([role, names]) => ({ role, names }));

/** The role that a normalised column name has in a list. */
export function findListSynonym(normalisedName: string): ListRole | undefined {
  return byName.get(normalisedName);
}

/** Whether a role is one of lists. */
export function isListRole(role: string): role is ListRole {
  return (listRoles as readonly string[]).includes(role);
}
