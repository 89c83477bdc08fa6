/** How a command ended, for scripts. */
export const exitCodes = {
  ok: 0,
  /** The service, the database or the disk failed; what was done before stays. */
  failed: 1,
  /** Wrong words on the command line, or a wrong setting. */
  usage: 2,
  /** A file was refused for its faults. */
  refused: 3,
  /** A file would change stored values and nobody said that it may. */
  needsOverwrite: 4,
  /** `judge --fail-on`: a target has one of the verdicts. */
  verdict: 5,
} as const;

export const exitCodesHelp = [
  '退出码：',
  '  0  全部完成',
  '  1  服务、数据库或磁盘出错（之前已完成的部分保留）',
  '  2  命令写错，或配置有误',
  '  3  有文件因错误被拒收',
  '  4  有文件会改动已入库的数值，需要 --overwrite',
  '  5  judge --fail-on 指定的判定出现了',
];
