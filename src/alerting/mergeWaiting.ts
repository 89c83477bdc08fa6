import { mergeHeld } from '../alerts/mergeHeld.js';
import type { AlertEpisodeKey } from '../store/alertAcknowledgements.js';
import { createAcknowledgeLink } from '../store/alertLinks.js';
import { insertMerged, listHeldTogether } from '../store/heldMessages.js';
import type { PoolClient } from '../store/pool.js';

/**
 * Makes one message of those of a channel that wait under a hold key, in the transaction that puts the last of them there;
 * so that one leaves when their wait is over, and not a burst. What is put there first leaves first: the one leaves when the
 * first of them would have.
 */
export async function mergeWaiting(
  client: PoolClient,
  channelId: number,
  holdKey: string,
  publicUrl: string | undefined,
): Promise<void> {
  const { waiting, merged } = await listHeldTogether(client, channelId, holdKey);
  const [first] = waiting;
  if (first === undefined || waiting.length < 2) return;
  const former = waiting.find(({ merges }) => merges);
  const members = [...merged, ...waiting.filter(({ merges }) => !merges)].sort(
    (one, other) => Number(one.id) - Number(other.id),
  );
  const notification = mergeHeld(members.map((one) => one.notification));
  const asked =
    publicUrl !== undefined && members.some((one) => one.notification.acknowledgeLink !== undefined);
  const episodes = notification.alerts
    .filter(({ state }) => state !== 'resolved')
    .map(({ fingerprint, startsAt, severity }): AlertEpisodeKey => ({ fingerprint, startsAt, severity }));
  const acknowledgeLink =
    asked && episodes.length > 0
      ? await createAcknowledgeLink(client, publicUrl, channelId, notification.key, episodes)
      : undefined;
  await insertMerged(
    client,
    channelId,
    holdKey,
    { ...notification, ...(acknowledgeLink === undefined ? {} : { acknowledgeLink }) },
    {
      leavesAt: new Date(Math.min(...waiting.map(({ nextAttemptAt }) => nextAttemptAt.getTime()))),
      memberIds: members.map(({ id }) => id),
      formerId: former?.id,
    },
  );
}
