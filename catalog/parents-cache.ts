/** Remembers the parent rows of recent series, so that a batch of known series asks nothing. Holds committed rows only. */
import type { ArrivedInstance } from './books/instance-index.ts';
import type { Database } from './database.ts';
import { ensureParents, parentsCacheKey } from './identities.ts';
import type { Parents } from './identities.ts';

export interface ParentsCache {
  /** Parents of each arrival, in the same order. */
  of(arrivals: readonly ArrivedInstance[]): Promise<readonly Parents[]>;
  /** Forgets everything, e.g. when the database was restored to an earlier state. */
  clear(): void;
}

/** A least-recently-used memory of `size` series. */
export const createParentsCache = (database: Database, size = 5_000): ParentsCache => {
  const known = new Map<string, Parents>();
  const remember = (key: string, parents: Parents): void => {
    known.delete(key);
    known.set(key, parents);
    for (const oldest of known.keys()) {
      if (known.size <= size) break;
      known.delete(oldest);
    }
  };
  return {
    async of(arrivals) {
      const keys = arrivals.map((a) => parentsCacheKey(a.attributes));
      const found = new Map<string, Parents>();
      const missing = new Map<string, ArrivedInstance>();
      arrivals.forEach((arrival, i) => {
        const key = keys[i] as string;
        const parents = known.get(key);
        if (parents) found.set(key, parents);
        else if (!missing.has(key)) missing.set(key, arrival);
      });
      if (missing.size > 0) {
        const made = await ensureParents(database, [...missing.values()]);
        [...missing.keys()].forEach((key, i) => found.set(key, made[i] as Parents));
      }
      for (const [key, parents] of found) remember(key, parents);
      return keys.map((key) => found.get(key) as Parents);
    },
    clear: () => known.clear(),
  };
};
