import { boardUids } from './boards/common.js';

/**
 * The boards one after the other on a wall, as Grafana 12 and later take it at
 * `/apis/playlist.grafana.app/v1/namespaces/default/playlists`: Grafana reads playlists from no file.
 */
export const playlist = {
  apiVersion: 'playlist.grafana.app/v1',
  kind: 'Playlist',
  metadata: { name: 'cei-tv', namespace: 'default' },
  spec: {
    title: '生态环境指标轮播',
    interval: '1m',
    items: [boardUids.overview, boardUids.alerts, boardUids.air, boardUids.water, boardUids.agriculture].map(
      (value) => ({ type: 'dashboard_by_uid', value }),
    ),
  },
} as const;
