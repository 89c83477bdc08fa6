import type { ReadingRow, TargetView, UploadReport } from '../src/http/services.js';

/** An answer of the service. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A refusal; `report` comes with refused uploads. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly mend: string;
  readonly report?: UploadReport;
}

/** What an upload is answered with: the report itself, or a problem that carries it. */
export type UploadAnswer = Answer<UploadReport & Problem>;

export type Options = Readonly<Record<string, string>>;

/** Calls the service over HTTP, as a clerk's program would. */
export class Client {
  readonly address: string;
  readonly token: string;
  readonly language: string;

  constructor(address: string, token: string, language = 'zh') {
    this.address = address;
    this.token = token;
    this.language = language;
  }

  in(language: string): Client {
    return new Client(this.address, this.token, language);
  }

  get headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}`, 'Accept-Language': this.language };
  }

  async get<T>(path: string): Promise<Answer<T>> {
    return answerOf(await fetch(`${this.address}${path}`, { headers: this.headers }));
  }

  async send<T>(method: string, path: string, body: unknown): Promise<Answer<T>> {
    const headers = { ...this.headers, 'Content-Type': 'application/json' };
    return answerOf(await fetch(`${this.address}${path}`, { method, headers, body: JSON.stringify(body) }));
  }

  /** Uploads a file with options as form fields. */
  async upload(
    content: string | Uint8Array,
    options: Options = {},
    name = '数据.csv',
  ): Promise<UploadAnswer> {
    const form = new FormData();
    for (const [key, value] of Object.entries(options)) form.set(key, value);
    form.set('file', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), name);
    return answerOf(
      await fetch(`${this.address}/api/v1/uploads`, { method: 'POST', headers: this.headers, body: form }),
    );
  }

  /** All readings that match, page by page. */
  async readings(filter: Options, limit = 5000): Promise<ReadingRow[]> {
    const items: ReadingRow[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ ...filter, limit: String(limit) });
      if (cursor !== null) query.set('cursor', cursor);
      const page: Answer<{ items: ReadingRow[]; next: string | null }> = await this.get(
        `/api/v1/readings?${query.toString()}`,
      );
      if (page.status !== 200) throw new Error(`readings: ${page.status} ${JSON.stringify(page.body)}`);
      items.push(...page.body.items);
      cursor = page.body.next;
    } while (cursor !== null);
    return items;
  }

  async target(id: number, asOf: string): Promise<TargetView> {
    return (await this.get<TargetView>(`/api/v1/targets/${id}?asOf=${asOf}`)).body;
  }

  async createSite(code: string, name: string, kind: string, aliases: string[] = []): Promise<void> {
    const { status, body } = await this.send('POST', '/api/v1/sites', { code, name, kind, aliases });
    if (status !== 201) throw new Error(`site ${code}: ${status} ${JSON.stringify(body)}`);
  }
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body = (isJson ? JSON.parse(text) : text) as T;
  return { status: response.status, headers: response.headers, body };
}

/** The codes of an answer's faults with how often each occurs. */
export function countFaults(report: UploadReport | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of report?.faults ?? []) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
