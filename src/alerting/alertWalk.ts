import type { ConditionResult } from '../alerts/conditionResult.js';
import { isOfEpisode } from '../alerts/episodes.js';
import { reconcile, type Finding, type LiveWindow } from '../alerts/reconcile.js';
import { initialState, step, type AlertState, type Transition } from '../alerts/stateMachine.js';
import { agrees, isSteady, withEnded } from '../alerts/steadiness.js';
import {
  alertOf,
  toRow,
  toTransition,
  type Followed,
  type JudgedResult,
  type Start,
  type StoredAlert,
  type StoredTransition,
} from './followAlert.js';

/** Data that may have changed, by the starts of intervals; half-open, epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What is known of an alert, and what of its data may have changed. */
export interface WalkOptions {
  readonly known: StoredAlert | undefined;
  /** Transitions that hold, in order, from the start on, with the last one before and its episode. */
  readonly stored: readonly StoredTransition[];
  readonly start: Start;
  /** In order and apart; what lies between and after them is as it was judged. Default: everything from the start on. */
  readonly stretches?: readonly Stretch[];
  /** Longest gap that goes unnoticed. */
  readonly noDataMs?: number;
  readonly window: LiveWindow;
}

/** A part of the data that was looked at again; half-open. */
interface Part {
  readonly from: number;
  to: number;
  readonly found: {
    readonly transition: Transition<ConditionResult>;
    readonly state: AlertState;
    readonly version: number;
  }[];
  /** State at its end. */
  state: AlertState;
  isLooked: boolean;
}

const endings: ReadonlySet<string> = new Set(['resolved', 'period-ended', 'rule-ended']);

/**
 * Takes one alert over results from its start on, and compares what is known now with what was stored. What follows on a
 * stretch that may have changed is left out as soon as the machine stands where it stood: from there on the same intervals
 * lead to what is stored, so that the outcome is that of looking at all of them.
 */
export class AlertWalk {
  readonly #given: WalkOptions;
  readonly #parts: Part[];
  readonly #suppressed: { readonly at: number; readonly suppressedZh: string }[] = [];
  #stretches: readonly Stretch[];
  #last: JudgedResult | undefined;
  /** Leading results without data, kept back until it is known whether any came; `undefined`: that is known. */
  #lead: JudgedResult[] | undefined;
  /** How many of the stored transitions lie at or before the last result. */
  #passed = 0;

  constructor(given: WalkOptions) {
    const { start, stored, stretches = [] } = given;
    this.#given = given;
    this.#parts = [{ from: start.from, to: Infinity, found: [], state: start.state, isLooked: false }];
    this.#lead = start.state.lastAt === null ? [] : undefined;
    // An end that no data brought about is found by no walk over them.
    const isPlain = !stored.some(({ reason, at }) => reason === 'rule-ended' && at >= start.from);
    this.#stretches = isPlain && stretches.length > 0 ? stretches : [{ from: start.from, to: Infinity }];
  }

  get #part(): Part {
    return this.#parts.at(-1)!;
  }

  /** Start of what has to be looked at next when everything before `at` was; `Infinity`: nothing more. */
  next(at: number): number {
    return this.#part.to === Infinity ? Math.max(at, this.#part.from) : Infinity;
  }

  /** End of the stretch that is being looked at. */
  get stretchEnd(): number {
    return this.#stretches[0]?.to ?? -Infinity;
  }

  /** Takes the results that follow on those taken before. */
  take(judged: readonly JudgedResult[]): void {
    for (const one of judged) {
      const { from, to } = this.#part;
      if (one.result.at < from || to !== Infinity) continue;
      if (this.#lead !== undefined && one.result.status === 'no-data') {
        if (this.#given.known !== undefined) this.#lead.push(one);
        // Whether data came before a later stretch is not known.
        else if (one.result.at >= (this.#stretches.at(-1)?.to ?? Infinity)) this.#leaveOut(one.result.at);
        continue;
      }
      // Where nothing has ever come there is nothing to be missed: a gap begins after data.
      this.#lead = undefined;
      this.#step(one);
      if (one.result.at >= this.stretchEnd && this.#standsAsBefore(one.result.at))
        this.#leaveOut(one.result.at);
    }
  }

  #step(one: JudgedResult): void {
    const { result, timing, version } = one;
    const part = this.#part;
    const { next, events } = step(timing, part.state, result, this.#given.window.now);
    for (const transition of events) part.found.push({ transition, state: next, version });
    part.isLooked = true;
    part.state = next;
    this.#last = one;
    if (result.suppressedZh !== undefined)
      this.#suppressed.push({ at: result.at, suppressedZh: result.suppressedZh });
  }

  #standsAsBefore(at: number): boolean {
    const { known, stored } = this.#given;
    const { state } = this.#part;
    // Of what has no row it is known that nothing ever happened, as long as nothing has.
    if (known === undefined)
      return this.#parts.every(({ found }) => found.length === 0) && agrees(state, initialState);
    if (at > (known.state.lastAt ?? -Infinity)) return false;
    while (this.#passed < stored.length && stored[this.#passed]!.at <= at) this.#passed += 1;
    return agrees(state, stored[this.#passed - 1]?.state ?? initialState);
  }

  /** Goes on with the next stretch, or ends. */
  #leaveOut(at: number): void {
    const rest = this.#stretches.filter(({ to }) => to > at + 1);
    const following = rest[0];
    if (following !== undefined) {
      const { from, state } = this.#resume(following, at);
      if (from <= at + 1) return;
      this.#part.to = at + 1;
      this.#parts.push({ from, to: Infinity, found: [], state, isLooked: false });
    } else this.#part.to = at + 1;
    this.#stretches = rest;
  }

  /** The state from which a later stretch is looked at, when all up to `at` is known. */
  #resume({ from: changed }: Stretch, at: number): Start {
    const { known, stored, noDataMs = 0 } = this.#given;
    const lastAt = known?.state.lastAt ?? Infinity;
    const restore = (state: AlertState, until: number) =>
      this.#hasEnding(at, until) ? state : withEnded(state, this.#part.state.ended);
    // Nothing lies between what was seen last and what is new.
    if (changed > lastAt) return { from: changed, state: restore(known!.state, lastAt) };
    const before = stored.findLast((one) => one.at < changed && one.at > at);
    const [base, baseAt] = before === undefined ? [this.#part.state, at] : [before.state, before.at];
    return {
      from: isSteady(base) ? Math.max(changed - noDataMs, baseAt + 1) : baseAt + 1,
      state: restore(base, baseAt),
    };
  }

  /** Whether an episode ended in (after, until] by what is stored. */
  #hasEnding(after: number, until: number): boolean {
    return this.#given.stored.some(({ at, reason }) => at > after && at <= until && endings.has(reason));
  }

  /** What became of the alert; `undefined` where nothing was seen of it. */
  finish(): Followed | undefined {
    // What was seen once stays in view, though its data are gone.
    for (const one of this.#lead ?? []) this.#step(one);
    this.#lead = undefined;
    if (this.#last === undefined) return undefined;
    const { start, known } = this.#given;
    const { fingerprint } = this.#last.result;
    const parts = this.#parts.filter(({ isLooked }) => isLooked);
    const stored = this.#given.stored.filter(({ at }) => at >= start.from);
    const looked = stored.filter(({ at }) => parts.some(({ from, to }) => at >= from && at < to));
    const found = parts.flatMap((part) => part.found);
    const added = found.map(({ transition, state, version }) => ({
      ...toRow(fingerprint, transition, state),
      ruleVersion: version,
    }));
    const same = sameMoments(looked, added);
    const left = this.#leftOut(parts, stored);
    const state = this.#stateAfter(parts);
    const { result, version } = this.#last;
    const goesOn = parts.at(-1)!.to === Infinity || known === undefined;
    const after = [...left.map(toTransition), ...found.map(({ transition }) => transition)];
    return {
      alert: goesOn ? alertOf(result, state, version) : alertOf(known.result, state, known.ruleVersion),
      withdrawn: looked.filter(({ at }) => !same.has(at)).map(({ id }) => id),
      added: added.filter(({ at }) => !same.has(at)),
      restated: [
        ...restate(
          looked.filter(({ at }) => same.has(at)),
          added.filter(({ at }) => same.has(at)),
        ),
        ...restate(
          stored.filter((row) => !looked.includes(row)),
          left,
        ),
      ],
      findings: this.#compare(
        stored.map(toTransition),
        after.sort((one, other) => one.at - other.at),
        state,
      ),
    };
  }

  #stateAfter(parts: readonly Part[]): AlertState {
    const { known } = this.#given;
    const { state, to } = parts.at(-1)!;
    if (to === Infinity || known === undefined) return state;
    return this.#hasEnding(to - 1, Infinity) ? known.state : withEnded(known.state, state.ended);
  }

  /** Stored transitions that were not looked at, with the last episode before them as it is known now. */
  #leftOut(parts: readonly Part[], stored: readonly StoredTransition[]): StoredTransition[] {
    return parts.flatMap(({ to, state }, index) => {
      const until = parts[index + 1]?.from ?? Infinity;
      const rows = stored.filter(({ at }) => at >= to && at < until);
      const ending = rows.find(({ reason }) => endings.has(reason))?.at ?? Infinity;
      return rows.map((row) =>
        row.at < ending ? { ...row, state: withEnded(row.state, state.ended) } : row,
      );
    });
  }

  #compare(
    stored: readonly Transition<ConditionResult>[],
    found: readonly Transition<ConditionResult>[],
    { lastAt, through }: AlertState,
  ): readonly Finding<ConditionResult>[] {
    const { start, known, window } = this.#given;
    // The episode under way began before what is looked at: both histories know it.
    const since = start.state.firing?.startsAt;
    const prefix = this.#given.stored
      .filter(({ at }) => at < start.from)
      .map(toTransition)
      .filter((one) => isOfEpisode(one) && one.startsAt === since);
    const before = {
      transitions: [...prefix, ...stored],
      lastAt: known?.state.lastAt ?? null,
      through: known?.state.through ?? null,
    };
    const after = { transitions: [...prefix, ...found], lastAt, through };
    return reconcile(before, after, window).map((finding) => this.#explain(finding));
  }

  /** Data that are as they were may be judged otherwise: dust was declared. */
  #explain(finding: Finding<ConditionResult>): Finding<ConditionResult> {
    if (finding.kind !== 'withdrawal') return finding;
    const since = finding.before[0]!.startsAt;
    const until = finding.before.at(-1)!.endsAt ?? Infinity;
    const why = this.#suppressed.find(({ at }) => at >= since && at < until);
    return why === undefined ? finding : { ...finding, becauseZh: why.suppressedZh };
  }
}

/** Moments at which both say the same, so that what is stored of them stays. */
function sameMoments(
  stored: readonly { readonly at: number; readonly key: string }[],
  found: readonly { readonly at: number; readonly key: string }[],
): Set<number> {
  const gather = (list: typeof stored) => {
    const byMoment = new Map<number, string>();
    for (const { at, key } of list) byMoment.set(at, `${byMoment.get(at) ?? ''} ${key}`);
    return byMoment;
  };
  const [before, after] = [gather(stored), gather(found)];
  return new Set([...before.keys()].filter((at) => before.get(at) === after.get(at)));
}

/** Rows that say the same after which the machine stands otherwise than they have it; both in the same order. */
function restate(
  stored: readonly StoredTransition[],
  found: readonly { readonly state: AlertState }[],
): Pick<StoredTransition, 'id' | 'state'>[] {
  return stored.flatMap(({ id, state: before }, index) => {
    const { state } = found[index]!;
    return isSameState(before, state) ? [] : [{ id, state }];
  });
}

function isSameState(one: AlertState, other: AlertState): boolean {
  const parts = ({ status, lastAt, through, pending, firing, gap, ended }: AlertState) => [
    status, lastAt, through, pending?.startsAt, pending?.lasted, pending?.until, firing?.startsAt, firing?.severity,
    firing?.easing?.since, firing?.easing?.lasted, firing?.easing?.to, gap?.kind, gap?.since, gap?.announced,
    ended?.startsAt, ended?.endsAt,
  ]; // prettier-ignore
  const [before, after] = [parts(one), parts(other)];
  return before.every((part, index) => part === after[index]);
}
