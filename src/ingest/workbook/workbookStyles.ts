/** Styles that our own workbooks use, by their place in `cellXfs`; `unlocked` ones follow at the same distance. */
export const styleIds = { text: 1, quoted: 2, number: 3, date: 4, datetime: 5 } as const;
export type StyleName = keyof typeof styleIds;
export const headerStyleId = 11;
const unlockedShift = 5;
/** Number formats with 0, 1, 2 … decimals; their styles follow the header's. */
const fixedFormats = ['0', '0.0', '0.00', '0.000', '0.0000'] as const;
const firstFixedFormat = 166;

/** The style of a cell; unlocked cells can be filled in on a protected sheet. */
export function styleOf(name: StyleName, unlocked: boolean): number {
  return styleIds[name] + (unlocked ? unlockedShift : 0);
}

/** The style that shows the decimals of a plain number as given; `undefined` for more than four. */
export function fixedStyleOf(number: string): number | undefined {
  const decimals = number.split('.')[1]?.length ?? 0;
  return decimals < fixedFormats.length ? headerStyleId + 1 + decimals : undefined;
}

const unlocked = '<protection locked="0"/>';
const formats: Readonly<Record<StyleName, string>> = {
  text: 'numFmtId="49"',
  quoted: 'numFmtId="49" quotePrefix="1"',
  number: 'numFmtId="0"',
  date: 'numFmtId="164"',
  datetime: 'numFmtId="165"',
};

function cellFormats(protection: string): string {
  const end = protection === '' ? '/>' : ` applyProtection="1">${protection}</xf>`;
  const names = Object.keys(styleIds) as StyleName[];
  return names
    .map(
      (name) =>
        `<xf ${formats[name]} fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"${end}`,
    )
    .join('');
}

const font = '<sz val="11"/><name val="宋体"/><family val="3"/><charset val="134"/>';
const side = (name: string): string => `<${name} style="thin"><color rgb="FFBFBFBF"/></${name}>`;

/** The part `xl/styles.xml`. */
export const stylesXml = [
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
  '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">',
  `<numFmts count="${2 + fixedFormats.length}"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>`,
  '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>',
  ...fixedFormats.map((code, i) => `<numFmt numFmtId="${firstFixedFormat + i}" formatCode="${code}"/>`),
  '</numFmts>',
  `<fonts count="2"><font>${font}</font><font><b/>${font}</font></fonts>`,
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
  '<fill><patternFill patternType="solid"><fgColor rgb="FFE2EFDA"/><bgColor indexed="64"/></patternFill></fill></fills>',
  '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>',
  `<border>${side('left')}${side('right')}${side('top')}${side('bottom')}<diagonal/></border></borders>`,
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
  `<cellXfs count="${headerStyleId + 1 + fixedFormats.length}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>`,
  cellFormats(''),
  cellFormats(unlocked),
  '<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" ',
  'applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>',
  ...fixedFormats.map(
    (_, i) =>
      `<xf numFmtId="${firstFixedFormat + i}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
  ),
  '</cellXfs>',
  '<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
].join('');
