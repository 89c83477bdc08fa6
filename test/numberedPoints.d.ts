export const siteCount: number;
export function siteOf(number: number): string;
export function hourOf(number: number): number;
export function valueOf(number: number): number;
export function numberOf(site: string, startSeconds: number): number;
