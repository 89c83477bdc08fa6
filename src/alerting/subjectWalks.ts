import type { ConditionResult } from '../alerts/conditionResult.js';
import type { LiveWindow } from '../alerts/reconcile.js';
import { initialState, type AlertState } from '../alerts/stateMachine.js';
import { dayMs } from '../domain/calendar.js';
import { AlertWalk, type Stretch } from './alertWalk.js';
import {
  findStart,
  type Followed,
  type JudgedResult,
  type StoredAlert,
  type StoredTransition,
} from './followAlert.js';
import { endOfPiece } from './pieces.js';
import { joinStretches } from './stretches.js';
import type { Work } from './works.js';

/** What is stored of the alerts of a subject. */
export interface StoredOfSubject {
  readonly alerts: readonly StoredAlert[];
  readonly transitions: ReadonlyMap<string, readonly StoredTransition[]>;
}

/** End of what an alert has seen, which for a sample of a moment lies after it; `-Infinity`: nothing. */
function endOf({ lastAt, through }: AlertState): number {
  return lastAt === null ? -Infinity : Math.max(lastAt + 1, through ?? -Infinity);
}

/** The walks of all alerts of a rule about one subject, also of those that come up on the way. */
export class SubjectWalks {
  readonly work: Work;
  /** End of what is looked at: what was seen once is looked at again, also where its data are gone. */
  readonly to: number;
  readonly #noDataMs: number;
  readonly #window: LiveWindow;
  readonly #indicators = new Set<string | undefined>();
  #lookedTo: number | undefined;
  readonly #walks = new Map<string, { readonly walk: AlertWalk; readonly known: StoredAlert | undefined }>();

  constructor(work: Work, { alerts, transitions }: StoredOfSubject, noDataMs: number, window: LiveWindow) {
    this.work = work;
    this.#noDataMs = noDataMs;
    this.#window = window;
    this.to = Math.max(work.to, ...alerts.map(({ state }) => endOf(state)));
    for (const known of alerts) {
      const { fingerprint, state } = known;
      const stored = transitions.get(fingerprint) ?? [];
      // What lies beyond all that was seen is news in any case.
      const news: Stretch = { from: endOf(state), to: Infinity };
      const walk = new AlertWalk({
        known,
        stored,
        start: findStart(known, stored, work.changedFrom, noDataMs),
        stretches: joinStretches([...work.changed, news]),
        noDataMs,
        window,
      });
      this.#walks.set(fingerprint, { walk, known });
      this.#indicators.add(known.labels['indicator']);
    }
  }

  /** Start of what has to be looked at next when everything before `at` was; `Infinity`: nothing more. */
  next(at: number): number {
    const all = [...this.#walks.values()].map(({ walk }) => walk.next(at));
    // Alerts that nobody has heard of may come up wherever something has changed.
    const changed = this.work.changed.find(({ to }) => to > at);
    const own = changed === undefined ? Infinity : Math.max(at, changed.from - this.#noDataMs);
    return Math.min(own, ...all);
  }

  /** Whether an alert of an indicator (`undefined`: of none) is known or has come up. */
  follows(indicator: string | undefined): boolean {
    return this.#indicators.has(indicator);
  }

  /** Says that everything before `at` was looked at: of what comes up later nothing but calm was seen. */
  lookedTo(at: number): void {
    this.#lookedTo = at;
  }

  get #earliest(): number {
    return this.work.changedFrom - this.#noDataMs;
  }

  /** End of the stretches that are being looked at. */
  get stretchEnd(): number {
    return Math.max(
      this.work.changed[0]!.to,
      ...[...this.#walks.values()].map(({ walk }) => walk.stretchEnd),
    );
  }

  /** Takes results of one alert. */
  take(fingerprint: string, judged: readonly JudgedResult[]): void {
    let found = this.#walks.get(fingerprint);
    if (found === undefined) {
      const walk = new AlertWalk({
        known: undefined,
        stored: [],
        start:
          this.#lookedTo === undefined
            ? { from: this.#earliest, state: initialState }
            : { from: this.#lookedTo, state: { ...initialState, lastAt: this.#lookedTo - 1 } },
        stretches: this.work.changed,
        noDataMs: this.#noDataMs,
        window: this.#window,
      });
      found = { walk, known: undefined };
      this.#walks.set(fingerprint, found);
      this.#indicators.add(judged[0]?.result.labels.indicator);
    }
    found.walk.take(judged);
  }

  /** What became of the alerts. */
  *finish(): Generator<Followed & { readonly known: StoredAlert | undefined }> {
    for (const { walk, known } of this.#walks.values()) {
      const followed = walk.finish();
      if (followed !== undefined) yield { ...followed, known };
    }
  }
}

/** Judges some subjects, all of one rule, over a piece of data: results by alert, in order of time. */
export type JudgePiece = (
  due: readonly SubjectWalks[],
  piece: { readonly from: number; readonly to: number },
) => Promise<ReadonlyMap<string, readonly JudgedResult[]>>;

/**
 * Takes subjects of one rule, whose data end together, over their data, piece by piece, until none has anything more to look
 * at.
 *
 * @param labelOf which of the subjects a result is about, by its labels
 */
export async function walkGroup(
  group: readonly SubjectWalks[],
  labelOf: (result: ConditionResult) => string,
  judge: JudgePiece,
): Promise<void> {
  const [{ work, to }] = group as [SubjectWalks];
  const bySubject = new Map(group.flatMap((one) => (one.work.labels ?? ['']).map((label) => [label, one])));
  const nextOf = (at: number) => group.reduce((least, one) => Math.min(least, one.next(at)), Infinity);
  let turn = 0;
  for (let at = nextOf(-Infinity); at < to;) {
    const begun = group.filter((one) => one.next(at) <= at);
    const wanted = Math.max(...begun.map(({ stretchEnd }) => stretchEnd)) + dayMs;
    const subjects = begun.length;
    const end = work.reach === undefined ? to : endOfPiece(work.reach, at, to, { subjects, wanted, turn });
    const due = group.filter((one) => one.next(at) < end);
    for (const [fingerprint, judged] of await judge(due, { from: at, to: end }))
      bySubject.get(work.labels === undefined ? '' : labelOf(judged[0]!.result))?.take(fingerprint, judged);
    for (const one of due) one.lookedTo(end);
    const next = nextOf(end);
    turn = next > end ? 0 : turn + 1;
    at = next;
  }
}
