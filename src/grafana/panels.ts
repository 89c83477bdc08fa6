import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  FieldColorModeId,
  GraphDrawStyle,
  LegendDisplayMode,
  PercentChangeColorMode,
  SortOrder,
  StackingMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableCellHeight,
  ThresholdsMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
  type FieldConfig,
  type FieldConfigSource,
  type Panel,
  type ValueMapping,
} from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as StateTimelineOptions } from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import { noData, noDataMappings } from './colours.js';
import { dataSource, sqlTarget, type SqlTarget } from './dataSource.js';

/** What every panel says of itself. `description`: what it shows, by which standard, in which ledger. */
export interface PanelText {
  readonly title: string;
  readonly description: string;
}

type Override = FieldConfigSource['overrides'][number];

/** A link on a value; `title` is shown. */
export interface PanelLink {
  readonly title: string;
  readonly url: string;
}

/** The unit that leaves texts as they are; without it a text such as 68.30 is printed as a number. */
const asText = 'string';

function fieldDefaults(changes: Partial<FieldConfig>): FieldConfig {
  return {
    noValue: noData,
    mappings: [...noDataMappings],
    // One step: no threshold of a standard is repeated here. Colours follow the stored verdict, class or category.
    thresholds: { mode: ThresholdsMode.Absolute, steps: [{ color: 'gray', value: null }] },
    color: { mode: FieldColorModeId.Fixed, fixedColor: 'text' },
    ...changes,
  };
}

function panel<T>(
  type: string,
  text: PanelText,
  format: 'table' | 'time_series',
  rawSql: string,
  options: T,
  fieldConfig: FieldConfigSource,
  more: readonly SqlTarget[] = [],
): Panel {
  return {
    type,
    ...text,
    datasource: dataSource,
    targets: [sqlTarget(format, rawSql), ...more],
    fieldConfig,
    options: options as Record<string, unknown>,
    transformations: [],
  };
}

/** Properties of one column. */
export function onColumn(name: string, properties: Readonly<Record<string, unknown>>): Override {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
  };
}

/** The columns of one row as texts beneath each other, coloured by their mappings. */
export function textStat(
  text: PanelText,
  rawSql: string,
  look: {
    readonly overrides?: readonly Override[];
    readonly links?: readonly PanelLink[];
    readonly orientation?: VizOrientation;
    readonly background?: boolean;
    readonly unit?: string;
    readonly decimals?: number;
    /** A query of one number over time, drawn behind its last value. */
    readonly trend?: string;
  } = {},
): Panel {
  const options: StatOptions = {
    reduceOptions: { calcs: ['lastNotNull'], fields: '/^(?!time$)/i', values: false },
    orientation: look.orientation ?? VizOrientation.Horizontal,
    colorMode: look.background === true ? BigValueColorMode.Background : BigValueColorMode.Value,
    graphMode: look.trend === undefined ? BigValueGraphMode.None : BigValueGraphMode.Area,
    justifyMode: BigValueJustifyMode.Auto,
    textMode: BigValueTextMode.ValueAndName,
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: PercentChangeColorMode.Standard,
  };
  const fieldConfig: FieldConfigSource = {
    defaults: fieldDefaults({
      unit: look.unit ?? asText,
      ...(look.decimals === undefined ? {} : { decimals: look.decimals }),
      ...(look.links === undefined ? {} : { links: [...look.links] }),
    }),
    overrides: [...(look.overrides ?? [])],
  };
  const more = look.trend === undefined ? [] : [sqlTarget('time_series', look.trend, 'B')];
  return panel('stat', text, 'table', rawSql, options, fieldConfig, more);
}

/** A table of texts and whole numbers. */
export function table(text: PanelText, rawSql: string, overrides: readonly Override[] = []): Panel {
  const options: TableOptions = { frameIndex: 0, showHeader: true, cellHeight: TableCellHeight.Sm };
  return panel('table', text, 'table', rawSql, options, {
    defaults: fieldDefaults({
      unit: asText,
      custom: { align: 'auto', cellOptions: { type: TableCellDisplayMode.Auto }, filterable: false },
    }),
    overrides: [...overrides],
  });
}

/** A table column whose text is coloured by its mappings. */
export function colouredColumn(name: string, mappings: readonly ValueMapping[], width?: number): Override {
  return onColumn(name, {
    mappings,
    'custom.cellOptions': { type: TableCellDisplayMode.ColorText },
    ...(width === undefined ? {} : { 'custom.width': width }),
  });
}

/** A table column whose cells are filled with the colour of their text: yellow letters on white could not be read. */
export function filledColumn(name: string, mappings: readonly ValueMapping[], width?: number): Override {
  return onColumn(name, {
    mappings,
    'custom.cellOptions': {
      type: TableCellDisplayMode.ColorBackground,
      mode: TableCellBackgroundDisplayMode.Basic,
    },
    ...(width === undefined ? {} : { 'custom.width': width }),
  });
}

/** A table column of numbers. */
export function numberColumn(name: string, unit: string, decimals: number, width?: number): Override {
  return onColumn(name, { unit, decimals, ...(width === undefined ? {} : { 'custom.width': width }) });
}

/** The width of a table column. */
export function wide(name: string, width: number): Override {
  return onColumn(name, { 'custom.width': width });
}

/** Lines over time. Gaps stay gaps. */
export function lines(
  text: PanelText,
  rawSql: string,
  look: {
    readonly unit: string;
    readonly decimals: number;
    readonly overrides?: readonly Override[];
    readonly points?: boolean;
    readonly bars?: boolean;
    /** Bars upon each other, each as its share of their sum. */
    readonly shares?: boolean;
  },
): Panel {
  const bars = look.bars === true || look.shares === true;
  const options: TimeSeriesOptions = {
    legend: { displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.None },
  };
  return panel('timeseries', text, 'time_series', rawSql, options, {
    defaults: fieldDefaults({
      unit: look.unit,
      decimals: look.decimals,
      color: { mode: FieldColorModeId.PaletteClassicByName },
      custom: {
        drawStyle: bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line,
        lineWidth: 1,
        fillOpacity: bars ? 60 : 0,
        ...(look.shares === true ? { stacking: { mode: StackingMode.Percent, group: 'A' } } : {}),
        spanNulls: false,
        showPoints: look.points === true ? VisibilityMode.Always : VisibilityMode.Auto,
        thresholdsStyle: { mode: 'off' },
      },
    }),
    overrides: [...(look.overrides ?? [])],
  });
}

/** How the line of a target looks: dashed and red. */
export function targetLine(name: string): Override {
  return onColumn(name, {
    'custom.lineStyle': { fill: 'dash', dash: [10, 10] },
    'custom.lineWidth': 2,
    'custom.showPoints': VisibilityMode.Never,
    color: { mode: FieldColorModeId.Fixed, fixedColor: 'red' },
  });
}

/** States over time, a row for each series, with the text of the state in the field. */
export function states(text: PanelText, rawSql: string, mappings: readonly ValueMapping[]): Panel {
  const options: StateTimelineOptions = {
    legend: { displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: TooltipDisplayMode.Single, sort: SortOrder.None },
    showValue: VisibilityMode.Auto,
    mergeValues: false,
    alignValue: 'center',
    rowHeight: 0.9,
  };
  return panel('state-timeline', text, 'time_series', rawSql, options, {
    defaults: fieldDefaults({
      unit: 'none',
      decimals: 0,
      mappings: [...mappings],
      color: { mode: FieldColorModeId.Fixed, fixedColor: 'gray' },
      custom: { fillOpacity: 85, lineWidth: 0 },
    }),
    overrides: [],
  });
}
