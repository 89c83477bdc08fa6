import type { Actor } from '../domain/role.js';
import { insertChannel, insertChannelVersion, listChannels } from '../store/channels.js';
import { inTransaction, type Pool } from '../store/pool.js';

const actor: Actor = { tokenId: null, name: '示例', office: '演示', role: 'admin' };

/** Adds the inbox that stands in for the robots of the offices, unless there is one. */
export async function addDemoInbox(pool: Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('demonstration inbox'))`);
    const channels = await listChannels(client);
    if (channels.some(({ type }) => type === 'inbox')) return;
    const settings = { type: 'inbox' };
    const id = await insertChannel(client, { name: '示例收件箱', type: 'inbox', settings, disabled: false });
    await insertChannelVersion(client, actor, id, {
      secretsChanged: [],
      reason: '演示用，代替各单位的机器人',
    });
  });
}
