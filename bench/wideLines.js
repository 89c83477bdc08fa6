/** Wide lines of hourly air readings by station and hour, as the benchmarks send them. */
import { stationCode } from './benchService.js';

export const fields = ['so2', 'no2', 'co', 'o3', 'pm10', 'pm25'];
export const hourMs = 3_600_000;
export const firstHour = Date.parse('2016-01-01T00:00:00+08:00');

/** A value of one item; `turn` gives other values for the same keys. */
export function valueOf(station, hour, field, turn = 0) {
  const step = (station * 7 + hour * 13 + field * 31 + turn * 17) % 200;
  // Plausible ones, and never more fine particles than particles.
  return field === 2 ? 0.3 + (step % 20) / 10 : step / 10 + (field === 4 ? 60 : 20);
}

/** One line with all items; labels are ends of hours. */
export function wideLine(station, hour, turn = 0) {
  const values = fields.map((name, f) => `${name}=${valueOf(station, hour, f, turn).toFixed(1)}`).join(',');
  return `air,station=${stationCode(station)},region=R${station % 32} ${values} ${firstHour + (hour + 1) * hourMs}000000\n`;
}
