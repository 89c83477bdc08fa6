import type * as GrafanaData from '@grafana/data';
import type { Panel } from '@grafana/schema';
import { grafanaData } from './grafanaData.fixture.js';

const {
  applyFieldOverrides,
  colorManipulator,
  createTheme,
  FieldType,
  getFieldDisplayValues,
  Registry,
  toDataFrame,
} = grafanaData;

const theme = createTheme();
const timeZone = 'Asia/Shanghai';
/** A colour by its name, in the one spelling in which colours are compared here. */
export function colourOf(name: string): string {
  return colorManipulator.asHexString(theme.visualization.getColorByName(name));
}

const asItIs = (text: string): string => text;

/** Columns of a frame: texts, or numbers. */
export type Columns = Readonly<Record<string, readonly (string | number | null)[]>>;

/** What a cell shows: its text with unit, and its colour. */
export interface Shown {
  readonly text: string;
  readonly color: string;
}

/** The properties of fields that boards set; Grafana's own list of them comes with its user interface. */
function properties(panel: Panel): GrafanaData.FieldConfigOptionsRegistry {
  const custom = [panel.fieldConfig!.defaults, ...panel.fieldConfig!.overrides].flatMap((part) =>
    [...JSON.stringify(part).matchAll(/"custom\.(\w+)"/g)].map(([, name]) => name!),
  );
  const item = (id: string, isCustom: boolean) => ({
    id: isCustom ? `custom.${id}` : id,
    path: id,
    name: id,
    isCustom,
    process: (value: unknown) => value,
    shouldApply: () => true,
    override: () => null,
    editor: () => null,
  });
  const known = ['unit', 'decimals', 'noValue', 'mappings', 'thresholds', 'color', 'links', 'displayName'];
  return new Registry(() =>
    [...known.map((id) => item(id, false)), ...new Set(custom)].map((one) =>
      typeof one === 'string' ? item(one, true) : one,
    ),
  ) as unknown as GrafanaData.FieldConfigOptionsRegistry;
}

function typeOf(name: string, values: Columns[string]): GrafanaData.FieldType {
  if (name === 'time') return FieldType.time;
  return values.some((value) => typeof value === 'string') ? FieldType.string : FieldType.number;
}

/** Frames as a panel of Grafana has them before it draws. */
function framesOf(panel: Panel, results: readonly Columns[], types: Readonly<Record<string, 'text'>>) {
  const data = results.map((columns, index) =>
    toDataFrame({
      refId: String.fromCharCode(65 + index),
      fields: Object.entries(columns).map(([name, values]) => ({
        name,
        type: types[name] === 'text' ? FieldType.string : typeOf(name, values),
        values: [...values],
        config: {},
      })),
    }),
  );
  return applyFieldOverrides({
    data,
    fieldConfig: panel.fieldConfig as GrafanaData.FieldConfigSource,
    fieldConfigRegistry: properties(panel),
    theme,
    timeZone,
    replaceVariables: asItIs,
  });
}

function toShown({ prefix, text, suffix, color }: GrafanaData.DisplayValue): Shown {
  return { text: `${prefix ?? ''}${text}${suffix ?? ''}`, color: color === undefined ? '' : colourOf(color) };
}

/** What the cells of a table, or the values of a line, show; `text` columns hold texts even where all are missing. */
export function showColumns(
  panel: Panel,
  columns: Columns,
  types: Readonly<Record<string, 'text'>> = {},
): Record<string, Shown[]> {
  const [frame] = framesOf(panel, [columns], types);
  return Object.fromEntries(
    frame!.fields.map((field) => [field.name, field.values.map((value) => toShown(field.display!(value)))]),
  );
}

/** What a stat shows: its values by name, and which of them have a course behind them. */
export function showStat(
  panel: Panel,
  results: readonly Columns[],
  types: Readonly<Record<string, 'text'>> = {},
): { readonly values: Record<string, Shown>; readonly courses: string[] } {
  const options = panel.options as {
    reduceOptions: GrafanaData.ReduceDataOptions;
    graphMode: string;
  };
  const found = getFieldDisplayValues({
    data: framesOf(panel, results, types),
    fieldConfig: panel.fieldConfig as GrafanaData.FieldConfigSource,
    reduceOptions: options.reduceOptions,
    replaceVariables: asItIs,
    sparkline: options.graphMode !== 'none',
    theme,
    timeZone,
  });
  return {
    values: Object.fromEntries(found.map(({ display }) => [display.title ?? '', toShown(display)])),
    courses: found.flatMap(({ display, sparkline }) =>
      sparkline?.x === undefined ? [] : [display.title ?? ''],
    ),
  };
}
