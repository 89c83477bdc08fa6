import { printable } from '../../app/terminalTable.js';
import { roles } from '../../domain/role.js';
import { createTokenStore } from '../../store/tokens.js';
import { commandActor, requireOption, textOption, UsageError, type Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

const dayMs = 86_400_000;

/** Makes, lists and revokes access tokens. */
export const tokenCommand: Command = {
  name: 'token',
  usage:
    'token create --name 姓名 --office 单位 --role viewer|uploader|reviewer|operator|admin [--days 365] | list | revoke 编号',
  summary: '管理访问令牌 / manage access tokens',
  help: [
    '',
    'create 只打印一次令牌，请当场交给本人；数据库里只存散列值。revoke 的编号见 list。',
    '',
    '选项：',
    '  --role      viewer 查看、uploader 上传、reviewer 审核、operator 处置告警与运维、admin 管理',
    '  --days 365  有效天数，1 至 3650',
    '  --by 张三   谁在操作，记入审计',
    '',
    '示例：',
    '  npm run --silent cli -- token create --name 张三 --office 农业农村局 --role uploader --days 180',
    '  npm run --silent cli -- token list',
    '  npm run --silent cli -- token revoke 12',
  ],
  options: { name: textOption, office: textOption, role: textOption, days: textOption, by: textOption },
  async run({ open, words, options, print }) {
    const actor = commandActor(options);
    const tokens = async () => createTokenStore((await open()).pool);
    switch (words[0]) {
      case 'create': {
        const role = roles.find((candidate) => candidate === options['role']);
        if (role === undefined) throw new UsageError(`--role: ${roles.join(', ')}`);
        const days = Number(options['days'] ?? 365);
        if (!Number.isInteger(days) || days < 1 || days > 3650) throw new UsageError('--days: 1 … 3650');
        const holder = { name: requireOption(options, 'name'), office: requireOption(options, 'office') };
        const made = await (
          await tokens()
        ).create(actor, {
          ...holder,
          role,
          expiresAt: new Date(Date.now() + days * dayMs).toISOString(),
        });
        print(made.token);
        return exitCodes.ok;
      }
      case 'list':
        for (const token of await (await tokens()).list()) {
          const state =
            token.revokedAt === null ? `有效期至 ${token.expiresAt}` : `已吊销 ${token.revokedAt}`;
          const cells = [token.id, token.role, token.name, token.office, state];
          print(cells.map((cell) => printable(String(cell))).join('\t'));
        }
        return exitCodes.ok;
      case 'revoke': {
        const id = Number(words[1]);
        if (!Number.isInteger(id) || id < 1) throw new UsageError('token revoke 编号');
        const revoked = await (await tokens()).revoke(actor, id);
        print(`${revoked.id}\t${revoked.name}\t已吊销 / revoked`);
        return exitCodes.ok;
      }
      default:
        throw new UsageError('token create | list | revoke');
    }
  },
};
