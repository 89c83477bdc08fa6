import { roles } from '../../domain/role.js';
import { createTokenStore } from '../../store/tokens.js';
import { commandActor, requireOption, UsageError, type Command } from '../command.js';

const dayMs = 86_400_000;

/** Makes, lists and revokes access tokens. */
export const tokenCommand: Command = {
  name: 'token',
  usage:
    'token create --name 姓名 --office 单位 --role viewer|uploader|reviewer|operator|admin [--days 365] | list | revoke 编号',
  summary: '管理访问令牌 / manage access tokens',
  async run({ database, words, options, print }) {
    const tokens = createTokenStore(database.pool);
    const actor = commandActor(options);
    switch (words[0]) {
      case 'create': {
        const role = roles.find((candidate) => candidate === options['role']);
        if (role === undefined) throw new UsageError(`--role: ${roles.join(', ')}`);
        const days = Number(options['days'] ?? 365);
        if (!Number.isInteger(days) || days < 1 || days > 3650) throw new UsageError('--days: 1 … 3650');
        const made = await tokens.create(actor, {
          name: requireOption(options, 'name'),
          office: requireOption(options, 'office'),
          role,
          expiresAt: new Date(Date.now() + days * dayMs).toISOString(),
        });
        print(made.token);
        return 0;
      }
      case 'list':
        for (const token of await tokens.list()) {
          const state =
            token.revokedAt === null ? `有效期至 ${token.expiresAt}` : `已吊销 ${token.revokedAt}`;
          print(`${token.id}\t${token.role}\t${token.name}\t${token.office}\t${state}`);
        }
        return 0;
      case 'revoke': {
        const id = Number(words[1]);
        if (!Number.isInteger(id) || id < 1) throw new UsageError('token revoke 编号');
        const revoked = await tokens.revoke(actor, id);
        print(`${revoked.id}\t${revoked.name}\t已吊销 / revoked`);
        return 0;
      }
      default:
        throw new UsageError('token create | list | revoke');
    }
  },
};
