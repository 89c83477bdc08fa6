import type { MessageTemplate } from './template.js';

/** Readings that devices send as line protocol. */
export const deviceMessages = {
  'device-unknown-measurement': {
    zh: '没有为测量名“{subject}”（及其标签）定义读法',
    en: 'No source definition reads the measurement "{subject}" with these tags',
    mendZh: '在“设备来源”里加上这个测量名，然后从隔离区重新取入',
    mendEn: 'Add the measurement to a device source, then replay the line from the quarantine',
  },
  'device-no-site': {
    zh: '这一行没有指明站点的标签（应有其一：{tags}）',
    en: 'The line carries no tag that names its site (one of: {tags})',
    mendZh: '让设备带上站点标签，或在“设备来源”里写明用哪个标签',
    mendEn: 'Have the device send a site tag, or name its tag in the device source',
  },
  'device-unknown-site': {
    zh: '没有登记的站点“{subject}”',
    en: 'The site "{subject}" is not registered',
    mendZh: '登记这个站点或给现有站点加别名，然后从隔离区重新取入{near}',
    mendEn: 'Register the site or add an alias to one, then replay the line from the quarantine{nearEn}',
  },
  'device-unknown-field': {
    zh: '没有为字段“{subject}”定义监测项目',
    en: 'No indicator is defined for the field "{subject}"',
    mendZh: '在“设备来源”里写明它是哪个项目（或列为忽略），然后从隔离区重新取入',
    mendEn: 'Map the field to an indicator (or ignore it) in the device source, then replay the line',
  },
  'device-not-a-number': {
    zh: '字段“{field}”的值 {value} 不是数',
    en: 'The value {value} of the field "{field}" is not a number',
    mendZh: '让设备发送数值；没有值时不要发送这个字段',
    mendEn: 'Send a number; leave the field out when there is no value',
  },
  'device-impossible': {
    zh: '字段“{field}”的值 {value} 不可能（{indicator}：{min} 至 {max}）',
    en: 'The value {value} of the field "{field}" is impossible ({indicator}: {min} to {max})',
    mendZh: '检查仪器和单位；确有其事时请与管理员联系',
    mendEn: 'Check the instrument and the unit',
  },
  'device-time-missing': {
    zh: '小时值必须带时标',
    en: 'Hourly values need a timestamp',
    mendZh: '让设备发送该小时的时标',
    mendEn: 'Send the timestamp of the hour',
  },
  'device-time-off': {
    zh: '时标 {time} 不在整点上，不能作小时值的时标',
    en: 'The timestamp {time} is not on the hour and cannot be that of an hourly value',
    mendZh: '发送整点时标，或把来源定义为分钟值；也可能是时间精度（precision）写错了',
    mendEn: 'Send whole hours, or define the source as minute data; perhaps the precision is wrong',
  },
  'device-time-range': {
    zh: '时标 {time} 不在 {first} 至 {last} 之间',
    en: 'The timestamp {time} is not between {first} and {last}',
    mendZh: '检查设备时钟和时间精度（precision）',
    mendEn: 'Check the clock of the device and the precision',
  },
  'device-source-invalid': {
    zh: '设备来源 {code} 的定义不对：{problem}',
    en: 'The definition of the device source {code} is wrong: {problem}',
    mendZh: '写登记过的项目、单位和站点；空气用 hour、minute、minute5，水用 instant',
    mendEn: 'Name registered indicators, units and sites; air is hour, minute or minute5, water instant',
  },
} as const satisfies Record<string, MessageTemplate>;
