import { listRoutedChannels } from '../domain/alertReferences.js';
import type { Actor } from '../domain/role.js';
import { findAlertRouting } from '../store/alertRoutings.js';
import { insertChannel, insertChannelVersion, listChannels } from '../store/channels.js';
import { inTransaction, type Pool, type PoolClient } from '../store/pool.js';
import { listOffices } from '../store/reference.js';

const actor: Actor = { tokenId: null, name: '示例', office: '演示', role: 'admin' };
const inboxName = '示例收件箱';
/** Receivers of the routing that are no office of their own. */
const receiverZh: Readonly<Record<string, string>> = {
  'ecology-leader': '生态环境分局分管领导',
  operator: '运维',
};

/**
 * Adds the inboxes that stand in for the robots of the offices: `示例收件箱` itself, and one for each channel that the
 * routing names and that is not there. Adding them again changes nothing.
 */
export async function addDemoInbox(pool: Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('demonstration inbox'))`);
    const channels = await listChannels(client);
    if (!channels.some(({ type }) => type === 'inbox')) await add(client, undefined, inboxName);
    const routing = (await findAlertRouting(client))?.routing;
    const offices = await listOffices(client);
    const present = new Set(channels.map(({ code }) => code));
    for (const code of routing === undefined ? [] : listRoutedChannels(routing))
      if (!present.has(code))
        await add(client, code, `${inboxName}·${receiverZh[code] ?? offices.get(code) ?? code}`);
  });
}

async function add(client: PoolClient, code: string | undefined, name: string): Promise<void> {
  const settings = { type: 'inbox' };
  const id = await insertChannel(client, { code, name, type: 'inbox', settings, disabled: false });
  await insertChannelVersion(client, actor, id, {
    secretsChanged: [],
    reason: '演示用，代替各单位的机器人',
  });
}
