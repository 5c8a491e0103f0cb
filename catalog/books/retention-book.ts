/** What may be deleted, and how much is held. */

export interface RetentionBook {
  /** Instances that may be deleted now: buffer retention, every order that wants them is closed with its copies good, grace passed, on a good disc, not contested. */
  deletable(options: { readonly now: Date; readonly graceHours: number; readonly defaultRetention: 'archive' | 'buffer'; readonly limit: number }): Promise<readonly { readonly instanceId: number; readonly path: string }[]>;
  /** Notes that these are no longer held and answers them; those an open order wants meanwhile are left out. Call first, then delete the files of the ids answered. */
  markDeleted(instanceIds: readonly number[]): Promise<readonly number[]>;
  /** Spool names of volumes whose order is closed, for cleaning. */
  droppableSpool(): Promise<readonly { readonly volumeId: number; readonly spoolName: string }[]>;
  totals(): Promise<{ readonly heldInstances: number; readonly heldBytes: number; readonly instances: number; readonly studies: number; readonly patients: number; readonly orders: number; readonly goodDiscs: number }>;
}
