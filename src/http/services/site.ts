export interface SiteInfo {
  code: string;
  name: string;
  kind: string;
  waterBody: string | null;
  aliases: string[];
  placeholder: boolean;
  groups: string[];
  /** Start of the latest stored interval, RFC 3339, per family name. */
  latest: Record<string, string>;
}
