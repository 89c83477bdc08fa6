/** Binary COPY of the rows that wide lines become: what the write path is measured by. */
import { finished } from 'node:stream/promises';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { encodeStoredRows } from '../dist/store/encodeRows.js';
import { RowBatch } from '../dist/store/rowBatch.js';
import { fields, firstHour, hourMs, valueOf } from './wideLines.js';

/** Seconds for the rows of `count` hours from hour `from` on, by two connections into an empty table, encoded beforehand. */
export async function copyTwice(url, stations, from, count, perCopy = 10_000) {
  const pieces = [];
  let batch;
  for (let hour = from; hour < from + count; hour += 1) {
    for (let station = 0; station < stations; station += 1) {
      if (batch === undefined || batch.size === perCopy) pieces.push((batch = new RowBatch('air_hour')));
      const row = batch.rowOf(firstHour + hour * hourMs, station + 1, 0);
      for (let f = 0; f < fields.length; f += 1) batch.set(row, f, valueOf(station, hour, f));
    }
  }
  const encoded = pieces.map((piece) => encodeStoredRows(piece, [1]));
  const clients = await Promise.all(
    [0, 1].map(async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  await clients[0].query('drop table if exists copied');
  await clients[0].query('create table copied (like air_hour including all)');
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < encoded.length) {
        const piece = encoded[next++];
        const stream = client.query(
          copyFrom(
            'copy copied (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25) from stdin (format binary)',
          ),
        );
        const done = finished(stream);
        stream.end(piece);
        await done;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  await clients[0].query('drop table copied');
  await Promise.all(clients.map((client) => client.end()));
  return seconds;
}
