/**
 * Sends numbered points with the official client, in a process of its own so that it can be killed.
 * `node numberedSender.js <url> <first number> <directory>`, the token in TOKEN.
 * `<directory>/sent` holds how far numbers were given to the client; `<directory>/acknowledged` a line for each number
 * that the service acknowledged, on disk before anything else happens. Ends after SIGTERM with all of them acknowledged.
 */
import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfluxDB, Point, setLogger } from '@influxdata/influxdb-client';
import { hourOf, siteOf, valueOf } from './numberedPoints.js';

const [url, first, directory] = process.argv.slice(2);
const most = 2_000;
const together = 25;
let stopping = false;
process.on('SIGTERM', () => (stopping = true));
// What it says of every refused connection is not of interest here.
setLogger({ error: () => undefined, warn: () => undefined });

const sent = openSync(join(directory, 'sent'), 'a');
const acknowledged = openSync(join(directory, 'acknowledged'), 'a');
let waiting = 0;
const api = new InfluxDB({ url, token: process.env.TOKEN, timeout: 15_000 }).getWriteApi('o', 'b', 's', {
  batchSize: 100,
  flushInterval: 10,
  gzipThreshold: 2_000,
  maxRetries: 1_000_000,
  maxRetryTime: 3_600_000,
  minRetryDelay: 50,
  maxRetryDelay: 500,
  retryJitter: 50,
  exponentialBase: 2,
  writeSuccess(lines) {
    const numbers = lines.map((line) => /rssi="(\d+)"/.exec(line)[1]);
    writeSync(acknowledged, `${numbers.join('\n')}\n`);
    fsyncSync(acknowledged);
    waiting -= lines.length;
  },
  writeFailed(error, lines) {
    // The client drops what is refused for good: nothing here may be.
    if (error.statusCode !== undefined && error.statusCode < 429) {
      writeFileSync(
        join(directory, 'refused'),
        `${error.statusCode} ${error.message} ${error.body}\n${lines[0]}\n`,
        { flag: 'a' },
      );
    }
    return undefined;
  },
});

let number = Number(first);
while (!stopping) {
  if (waiting < most) {
    // Before any of them is given away, and appended: a kill at any moment leaves a number that is not too small.
    writeSync(sent, `${number + together}\n`);
    for (let i = 0; i < together; i += 1, number += 1, waiting += 1) {
      api.writePoint(
        new Point('air')
          .tag('site', siteOf(number))
          .floatField('pm25', valueOf(number))
          .stringField('rssi', String(number))
          .timestamp(hourOf(number)),
      );
    }
  }
  await sleep(5);
}
while (waiting > 0) await sleep(10);
await api.close();
closeSync(acknowledged);
closeSync(sent);
