/** Activities that keep the store and the spool small. Never deletes what no good disc holds: the catalog decides. */
import type { OperationLog } from '../catalog/books/operation-log.ts';
import type { RetentionBook } from '../catalog/books/retention-book.ts';
import type { Logger } from '../infra/log.ts';

export interface HousekeepingActivities {
  /** Deletes instances whose retention ended; answers how many. */
  expireInstances(): Promise<{ readonly deleted: number }>;
}

export interface HousekeepingDeps {
  readonly retention: RetentionBook;
  readonly operations: OperationLog;
  /** Removes what nothing waits for any more: secrets of closed orders, parts of copies. */
  readonly sweep: () => Promise<void>;
  readonly removeFile: (path: string) => Promise<void>;
  readonly graceHours: number;
  readonly defaultRetention: 'archive' | 'buffer';
  readonly now: () => Date;
  readonly log: Logger;
}

const PAGE = 500;

export const createHousekeepingActivities = (deps: HousekeepingDeps): HousekeepingActivities => ({
  async expireInstances() {
    await deps.sweep();
    let deleted = 0;
    for (;;) {
      const page = await deps.retention.deletable({ now: deps.now(), graceHours: deps.graceHours, defaultRetention: deps.defaultRetention, limit: PAGE });
      if (page.length === 0) break;
      // Row first: a file without a held row is swept later, a held row without its file would be a promise broken.
      const marked = new Set(await deps.retention.markDeleted(page.map((instance) => instance.instanceId)));
      for (const instance of page) if (marked.has(instance.instanceId)) await deps.removeFile(instance.path);
      deleted += marked.size;
      if (page.length < PAGE || marked.size === 0) break;
    }
    if (deleted > 0) {
      await deps.operations.write({ who: 'retention', event: 'instances.expired', subject: 'store', subjectKind: 'appliance', result: 'deleted', details: { instances: deleted } });
      deps.log.info('instances.expired', { instances: deleted });
    }
    return { deleted };
  },
});
