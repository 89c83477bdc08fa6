import { createReadStream } from 'node:fs';
import { InfluxDB, Point, type WriteApi } from '@influxdata/influxdb-client';
import { parse } from 'csv-parse';
import { requireOption, textOf, textOption, UsageError, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

const hourMs = 3_600_000;

/** Sends a table or a simulated network to any server that takes line protocol, with the official client. */
export const pushCommand: Command = {
  name: 'push',
  usage: 'push --url 地址 --token 令牌 (--file 数据.csv | --simulate 站数 [--hours 小时数])',
  summary: '用 InfluxDB 官方客户端发送读数 / send readings with the official InfluxDB client',
  help: [
    '',
    '选项：',
    '  --url 地址           本服务，或任何接收行协议的服务',
    '  --token 令牌         有写权限的令牌',
    '  --org、--bucket      默认 cei、cei；本服务不区分',
    '  --file 数据.csv      表头是 site、time（RFC 3339，小时的终点）和各项目，如 pm25、pm10',
    '  --simulate 20        二十个模拟站点（SIM-1 …），每小时一次',
    '  --hours 48           模拟的小时数，到最近的整点为止；默认 24',
    '  --measurement air    测量名；默认 air',
    '',
    '示例：',
    '  npm run --silent cli -- push --url http://127.0.0.1:8080 --token 令牌 --simulate 20 --hours 48',
  ],
  options: {
    url: textOption,
    token: textOption,
    org: textOption,
    bucket: textOption,
    file: textOption,
    simulate: textOption,
    hours: textOption,
    measurement: textOption,
  },
  async run({ words, options, print, tell }) {
    const file = textOf(options, 'file');
    const simulate = textOf(options, 'simulate');
    if (words.length > 0 || (file === undefined) === (simulate === undefined)) throw new UsageError('push');
    const measurement = textOf(options, 'measurement') ?? 'air';
    const client = new InfluxDB({
      url: requireOption(options, 'url'),
      token: requireOption(options, 'token'),
    });
    let failed = 0;
    const api = client.getWriteApi(textOf(options, 'org') ?? 'cei', textOf(options, 'bucket') ?? 'cei', 's', {
      batchSize: 5_000,
      writeFailed(error, lines) {
        failed += lines.length;
        tell(`没有发出 ${lines.length} 行 / lines failed: ${error.message.slice(0, 500)}`);
        // Decided: not sent again by the client.
        return Promise.resolve();
      },
    });
    const points =
      file === undefined
        ? await sendSimulated(api, measurement, countOf(simulate!), countOf(textOf(options, 'hours') ?? '24'))
        : await sendFile(api, measurement, file);
    await api.close();
    print(
      `已发送 ${points} 行，其中 ${failed} 行所在的批次有错 / ${points} lines sent, ${failed} in faulty batches`,
    );
    return failed === 0 ? exitCodes.ok : exitCodes.refused;
  },
};

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000) throw new UsageError(`1–100000: ${text}`);
  return count;
}

async function sendSimulated(
  api: WriteApi,
  measurement: string,
  sites: number,
  hours: number,
): Promise<number> {
  const last = Math.floor(Date.now() / hourMs) * hourMs;
  for (let hour = hours - 1; hour >= 0; hour -= 1) {
    const at = last - hour * hourMs;
    // A day's course with rush hours, a little different at each site.
    const phase = Math.sin((at / hourMs / 24) * 2 * Math.PI);
    for (let site = 1; site <= sites; site += 1) {
      const pm25 = Math.round(40 + 15 * phase + ((site * 7 + hour * 3) % 11));
      api.writePoint(
        new Point(measurement)
          .tag('site', `SIM-${site}`)
          .floatField('pm25', pm25)
          .floatField('pm10', pm25 * 2)
          .floatField('so2', 10 + (site % 5))
          .floatField('no2', Math.round(25 - 8 * phase))
          .floatField('co', 0.6)
          .floatField('o3', Math.round(80 - 40 * phase))
          .timestamp(at / 1000),
      );
    }
    await api.flush();
  }
  return sites * hours;
}

async function sendFile(api: WriteApi, measurement: string, file: string): Promise<number> {
  let lines = 0;
  const rows = createReadStream(file).pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true, trim: true }),
  );
  for await (const row of rows as AsyncIterable<Record<string, string>>) {
    lines += 1;
    const { site, time, ...values } = row;
    const at = Date.parse(time ?? '');
    if (site === undefined || site === '' || Number.isNaN(at))
      throw new UsageError(`第 ${lines + 1} 行没有 site 或 time / line ${lines + 1} has no site or time`);
    const point = new Point(measurement).tag('site', site).timestamp(at / 1000);
    for (const [name, text] of Object.entries(values)) {
      if (text === '') continue;
      if (!Number.isFinite(Number(text)))
        throw new UsageError(`第 ${lines + 1} 行 ${name} 不是数：${text} / not a number`);
      point.floatField(name, text);
    }
    api.writePoint(point);
  }
  return lines;
}
