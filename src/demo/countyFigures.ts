import type { ReportPeriodKind } from '../domain/reading.js';
import { demoLabel, type DemoReport } from './demoData.js';

/** One figure: last day of its period (exclusive), value and, for shares of things counted, what was counted. */
type Figure = readonly [periodEnd: string, value: string, numerator?: string, denominator?: string];

interface Series {
  readonly indicator: string;
  readonly evidence: string;
  /** Day from which the figures run on; without it each covers a year or, ending in July, the first half of one. */
  readonly from?: string;
  readonly figures: readonly Figure[];
}

const yearly = (indicator: string, evidence: string, ...figures: Figure[]): Series => ({
  indicator,
  evidence,
  figures,
});
const since = (from: string, indicator: string, evidence: string, ...figures: Figure[]): Series => ({
  indicator,
  evidence,
  from,
  figures,
});

// Left out on purpose, so that 未报送 shows: pesticide_packaging_treatment_rate (12), noise_night_compliance_rate (35),
// wetland_protection_rate (49), groundwater_tasks_done (54).
const series: readonly Series[] = [
  yearly('village_waste_coverage_rate', '农村环境整治月报', ['2022-01-01', '94.2'], ['2023-01-01', '97.4'],
    ['2024-01-01', '100', '154', '154'], ['2025-01-01', '100', '154', '154']),
  yearly('manure_resource_rate', '畜禽粪污利用台账', ['2022-01-01', '87.6'], ['2023-01-01', '89.9'], ['2024-01-01', '92.4'],
    ['2025-01-01', '93']),
  yearly('farm_manure_facility_rate', '规模养殖场配套核查表', ['2023-01-01', '93.2', '524', '562'],
    ['2024-01-01', '97.5', '548', '562'], ['2025-01-01', '99.6', '560', '562']),
  yearly('residual_film_recovery_rate', '残膜回收网点台账', ['2022-01-01', '84.1'], ['2023-01-01', '86.7'],
    ['2024-01-01', '88.2'], ['2025-01-01', '90.6']),
  yearly('pesticide_packaging_recovery_rate', '农药包装回收网点台账', ['2022-01-01', '78.4'], ['2023-01-01', '82.1'],
    ['2024-01-01', '86.3'], ['2025-01-01', '87.9']),
  since('2023-10-19', 'vapour_recovery_monitoring_count', '联网验收单', ['2023-11-16', '1'], ['2023-12-16', '2'],
    ['2024-01-01', '3']),
  since('2023-01-01', 'inspection_rectified_count', '销号批复', ['2023-07-01', '3'], ['2023-11-01', '5'],
    ['2024-01-01', '8']),
  since('2023-01-01', 'grassland_restoration_area', '竣工验收报告', ['2023-07-01', '1.2'], ['2023-11-01', '2.4'],
    ['2024-01-01', '3.05']),
  since('2023-01-01', 'pest_control_area', '防控作业验收', ['2023-07-01', '2.9'], ['2023-11-01', '4.6'],
    ['2024-01-01', '5.2']),
  since('2023-01-01', 'forest_tending_area', '抚育作业验收', ['2023-07-01', '2.35'], ['2023-11-01', '5.8'],
    ['2024-01-01', '7.63']),
  yearly('carbon_intensity_reduction', '发改部门测算', ['2022-01-01', '3.4'], ['2023-01-01', '6.9'], ['2024-01-01', '10.3'],
    ['2025-01-01', '13.1'], ['2025-07-01', '14.2']),
  since('2023-05-10', 'black_odorous_water_eliminated', '排查整治验收意见', ['2024-01-01', '0'], ['2024-11-21', '1']),
  yearly('non_fossil_energy_share', '能源统计', ['2022-01-01', '11.2'], ['2023-01-01', '12.6'], ['2024-01-01', '14.1'],
    ['2025-01-01', '15.2'], ['2025-07-01', '15.8']),
  yearly('reclaimed_water_rate', '再生水用量统计', ['2022-01-01', '31.5'], ['2023-01-01', '35.8'], ['2024-01-01', '38.9'],
    ['2025-01-01', '41.7'], ['2025-07-01', '43.1']),
  yearly('municipal_waste_recycling_rate', '生活垃圾分类统计', ['2023-01-01', '28.3'], ['2024-01-01', '32'],
    ['2025-01-01', '35.1'], ['2025-07-01', '36.2']),
  since('2023-05-10', 'heating_ultra_low_emission_count', '超低排放验收意见', ['2024-01-01', '0'], ['2024-07-01', '1'],
    ['2024-12-01', '2']),
  yearly('new_energy_special_vehicle_share', '采购台账', ['2024-01-01', '66.7', '4', '6'], ['2025-01-01', '87.5', '7', '8'],
    ['2025-07-01', '91.7', '11', '12']),
  yearly('new_energy_official_vehicle_share', '公务用车更新台账', ['2024-01-01', '33.3', '3', '9'],
    ['2025-01-01', '50', '5', '10'], ['2025-07-01', '54.5', '6', '11']),
  yearly('mechanised_sweeping_rate', '环卫作业统计', ['2022-01-01', '70.4'], ['2023-01-01', '74.1'], ['2024-01-01', '78.6'],
    ['2025-01-01', '81.3'], ['2025-07-01', '82']),
  yearly('green_space_rate', '城建统计', ['2022-01-01', '38.2'], ['2023-01-01', '38.9'], ['2024-01-01', '39.5'],
    ['2025-01-01', '40.1'], ['2025-07-01', '40.3']),
  yearly('rural_sewage_treatment_rate', '农村污水治理台账', ['2022-01-01', '24.6'], ['2023-01-01', '29.8'],
    ['2024-01-01', '34.7'], ['2025-01-01', '39.2'], ['2025-07-01', '41.5']),
  yearly('rural_waste_sorting_coverage', '农村垃圾分类台账', ['2023-01-01', '22.4'], ['2024-01-01', '26.9'],
    ['2025-01-01', '29.6'], ['2025-07-01', '31']),
  yearly('fertiliser_utilisation_rate', '田间试验测算', ['2022-01-01', '40.6'], ['2023-01-01', '41.3'], ['2024-01-01', '42.1'],
    ['2025-01-01', '42.8'], ['2025-07-01', '43.2']),
  yearly('pesticide_utilisation_rate', '田间试验测算', ['2022-01-01', '40.9'], ['2023-01-01', '41.6'], ['2024-01-01', '42.4'],
    ['2025-01-01', '43.5'], ['2025-07-01', '43.8']),
  yearly('film_recovery_rate', '农膜回收台账', ['2022-01-01', '85.3'], ['2023-01-01', '87.1'], ['2024-01-01', '88.9'],
    ['2025-01-01', '90.3'], ['2025-07-01', '90.8']),
  yearly('manure_comprehensive_rate', '畜禽粪污利用台账', ['2022-01-01', '88'], ['2023-01-01', '90.2'], ['2024-01-01', '92.1'],
    ['2025-01-01', '92.8'], ['2025-07-01', '93.1']),
  since('2023-05-10', 'village_sewer_network_count', '管网竣工验收', ['2023-07-01', '2'], ['2023-11-01', '6'],
    ['2024-01-01', '8']),
  since('2023-05-10', 'newly_polluted_farmland_count', '耕地土壤类别划定', ['2024-01-01', '0'], ['2025-01-01', '0'],
    ['2025-07-01', '0']),
  yearly('construction_land_safe_use_rate', '建设用地准入核查', ['2023-01-01', '100', '4', '4'],
    ['2024-01-01', '100', '6', '6'], ['2025-01-01', '100', '5', '5'], ['2025-07-01', '100', '3', '3']),
  yearly('industrial_solid_waste_utilisation_rate', '固废申报统计', ['2022-01-01', '47.8'], ['2023-01-01', '50.6'],
    ['2024-01-01', '53.9'], ['2025-01-01', '56.3'], ['2025-07-01', '57.2']),
  yearly('forest_coverage_rate', '国土变更调查', ['2022-01-01', '18.6'], ['2023-01-01', '19.1'], ['2024-01-01', '19.5'],
    ['2025-01-01', '19.9'], ['2025-07-01', '20.1']),
  yearly('grassland_vegetation_coverage', '草原监测', ['2022-01-01', '52.7'], ['2023-01-01', '53.8'], ['2024-01-01', '54.9'],
    ['2025-01-01', '55.7'], ['2025-07-01', '56.1']),
  yearly('soil_water_conservation_rate', '水土流失动态监测', ['2022-01-01', '75.92'], ['2023-01-01', '76.31'],
    ['2024-01-01', '76.74'], ['2025-01-01', '77.12'], ['2025-07-01', '77.35']),
  yearly('medical_waste_disposal_rate', '医疗废物转移联单', ['2022-01-01', '99.8'], ['2023-01-01', '100'],
    ['2024-01-01', '100'], ['2025-01-01', '100'], ['2025-07-01', '100']),
  since('2023-05-10', 'outfall_rectification_done', '排污口整治台账', ['2024-01-01', '0'], ['2025-01-01', '0'],
    ['2025-07-01', '0']),
  since('2023-05-10', 'rural_source_rectification_done', '整治验收意见', ['2024-01-01', '0'], ['2025-06-11', '1']),
  since('2023-05-10', 'huaping_vocs_project_done', '项目验收意见', ['2023-11-01', '0'], ['2023-12-21', '1']),
]; // prettier-ignore

/** The county's figures of rates, counts, areas and milestones, for the indicators named in `known`. */
export function listCountyReports(countyCode: string, known: ReadonlySet<string>): DemoReport[] {
  return series
    .filter(({ indicator }) => known.has(indicator))
    .flatMap(({ indicator, evidence, from, figures }) =>
      figures.map(([periodEnd, value, numerator, denominator]) => ({
        line: 0,
        indicator,
        siteCode: countyCode,
        ...periodOf(from, periodEnd),
        value,
        ...(numerator === undefined ? {} : { numerator }),
        ...(denominator === undefined ? {} : { denominator }),
        evidence: `${demoLabel}：${evidence}`,
      })),
    );
}

function periodOf(
  from: string | undefined,
  periodEnd: string,
): { periodKind: ReportPeriodKind; periodStart: string; periodEnd: string } {
  if (from !== undefined) return { periodKind: 'to-date', periodStart: from, periodEnd };
  const year = Number(periodEnd.slice(0, 4));
  return periodEnd.endsWith('-07-01')
    ? { periodKind: 'half-year', periodStart: `${year}-01-01`, periodEnd }
    : { periodKind: 'year', periodStart: `${year - 1}-01-01`, periodEnd };
}
