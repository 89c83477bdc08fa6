import type { Command } from '../command.js';
import { exitCodes } from '../exitCodes.js';

/** Brings the database up to date. */
export const migrateCommand: Command = {
  name: 'migrate',
  usage: 'migrate',
  summary: '更新数据库结构与基础数据 / bring schema and seeds up to date',
  help: [
    '',
    '服务启动时会自动更新；升级外部数据库（DATABASE_URL）而暂不启动服务时，用这个命令。',
    '',
    '示例：',
    '  DATABASE_URL=postgresql://… npm run --silent cli -- migrate',
  ],
  options: {},
  async run({ open }) {
    // Opening the database does both.
    await open();
    return exitCodes.ok;
  },
};
