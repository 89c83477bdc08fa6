/**
 * Memory under steady writing: `npm run bench -- memory [minutes]`, by default 10. The compiled service receives new
 * lines in requests of 1, 10, 100, 1,000 and 5,000 over 8 connections, every tenth request twice; its resident memory
 * is sampled twice a second. Flat: the last minute's median is at most 1.1 × that of the first minute after a warm-up of
 * one minute.
 */
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBenchDatabase, withServer } from './benchDatabase.js';
import { post, startService } from './benchService.js';
import { fields, wideLine } from './wideLines.js';

const stations = 2_000;
const minutes = Number(process.argv[2] ?? 10);
const warmMinutes = 1;
const connections = 8;
const requestLines = [1, 10, 1, 100, 10, 1, 1_000, 10, 1, 5_000];
const pauseMs = 20;

async function residentBytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

let nextLine = 0;
let requests = 0;

function nextBody() {
  const lines = requestLines[requests++ % requestLines.length];
  let text = '';
  for (let i = 0; i < lines; i += 1, nextLine += 1)
    text += wideLine(nextLine % stations, Math.floor(nextLine / stations));
  return Buffer.from(text, 'latin1');
}

await withServer(async (server) => {
  const url = await createBenchDatabase(server, 'memory');
  const target = await startService(server.directory, url, stations);
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + (warmMinutes + minutes) * 60_000;
  const samples = [];
  const begun = performance.now();
  try {
    await Promise.all([
      ...Array.from({ length: connections }, async () => {
        while (performance.now() < end) {
          const body = nextBody();
          await post(agent, target, body);
          if (requests % 10 === 0) await post(agent, target, body);
          await sleep(pauseMs);
        }
      }),
      (async () => {
        while (performance.now() < end) {
          samples.push({ at: (performance.now() - begun) / 60_000, bytes: await residentBytes(target.pid) });
          await sleep(500);
        }
      })(),
    ]);
  } finally {
    agent.destroy();
    await target.stop();
  }
  const minute = (n) => samples.filter(({ at }) => Math.floor(at) === n).map(({ bytes }) => bytes);
  console.log(
    '| minute | median resident | most | ÷ first after the warm-up |\n| ---: | ---: | ---: | ---: |',
  );
  const first = median(minute(warmMinutes));
  for (let n = 0; n < warmMinutes + minutes; n += 1) {
    const inMinute = minute(n);
    console.log(
      `| ${n + 1} | ${Math.round(median(inMinute) / 1e6)} MB | ${Math.round(Math.max(...inMinute) / 1e6)} MB | ${(median(inMinute) / first).toFixed(2)} |`,
    );
  }
  const ratio = median(minute(warmMinutes + minutes - 1)) / first;
  console.log(
    `\n${((nextLine * fields.length) / 1e6).toFixed(1)} M values in ${requests} requests; last minute ÷ first: ${ratio.toFixed(2)}`,
  );
});
