/** What a token may do; each role includes the ones before it. */
export const roles = ['viewer', 'uploader', 'reviewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether a role includes another. */
export function roleIncludes(held: Role, needed: Role): boolean {
  return roles.indexOf(held) >= roles.indexOf(needed);
}

/** Who acts: the person and office a token was made for, or the service itself. */
export interface Actor {
  readonly tokenId: number | null;
  readonly name: string;
  readonly office: string;
  readonly role: Role;
}
