const maxDeadlocks = 10;

/**
 * Tries again when the database chose this transaction as the victim of a deadlock: two uploads may mark the same days
 * in another order, and an undo takes whole tables. Nothing of a failed attempt is stored.
 */
export async function retryDeadlocks<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if ((error as { code?: unknown }).code !== '40P01' || tries >= maxDeadlocks) throw error;
    }
  }
}
