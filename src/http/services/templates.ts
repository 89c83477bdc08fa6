/** An office and how many figures it has to report for a year. */
export interface TemplateInfo {
  /** Code of the office. */
  office: string;
  nameZh: string;
  figures: number;
}

/** The workbook that an office fills in. */
export interface TemplateFile {
  fileName: string;
  content: AsyncIterable<Buffer>;
}

export interface TemplateService {
  /** Every office, for a year; without one the year judged now, or the last one of any target that is over. */
  list(year?: number): Promise<{ year: number; items: TemplateInfo[] }>;
  /** The office's workbook; `undefined` for an unknown office and for one without figures in that year. */
  write(office: string, year?: number): Promise<TemplateFile | undefined>;
}
